"""Edits that mend what lint found."""
