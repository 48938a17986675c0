"""SUPPORT files, and other tables, become a workbook in the default layout."""
