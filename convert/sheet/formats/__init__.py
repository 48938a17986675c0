"""Readers of workbook formats: cells in, no meaning yet."""
