"""From the categorisation workbook to SUPPORT files, and what people do with those files afterwards."""

__version__ = "0.2.0"
