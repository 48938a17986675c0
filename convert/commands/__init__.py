"""One module a subcommand: arguments, then calls."""
