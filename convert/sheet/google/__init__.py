"""Workbooks from Google: spreadsheets, uploaded Office files, and tables of documents, kept as local snapshots.

Google's libraries are an optional extra and are imported only inside the functions that talk to Google.
"""

from __future__ import annotations

from convert.sheet.google.address import Address, is_google, parse_address
from convert.sheet.google.fetching import Fetched, fetch, open_google, snapshot_directory
from convert.sheet.google.settings import GoogleSettings

__all__ = [
    "Address",
    "Fetched",
    "GoogleSettings",
    "fetch",
    "is_google",
    "open_google",
    "parse_address",
    "snapshot_directory",
]
