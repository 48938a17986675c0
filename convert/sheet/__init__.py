"""Cells in, categorisation out."""
