"""Pandoc's constructs, a module each; `grammar.pandoc.table` has them in their order."""
