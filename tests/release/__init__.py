"""The release command and its gate."""
