"""Man pages, completion, the one-file archive."""
