"""xsa: which Xen Security Advisories are in which tree."""

from __future__ import annotations

import argparse


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand with its own subcommands."""
    from convert.commands import xsa_check, xsa_list, xsa_log

    parser = subparsers.add_parser(
        "xsa",
        help="which Xen Security Advisories are in which tree",
        description="Compare the patches of Xen Security Advisories with the trees of a xen.git.",
    )
    parsers = parser.add_subparsers(dest="xsa_command", metavar="COMMAND", required=True, parser_class=type(parser))
    for module in (xsa_list, xsa_check, xsa_log):
        module.add(parsers)
