"""The SUPPORT mark-up: its grammar, its nodes, what it says.  Knows no sheet, no git, no network."""

PROJECT = "xen-support"  # tells this package from others of its name
