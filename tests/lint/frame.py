"""Whole files around the fragments that rules explain themselves with, and the findings in them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from convert.lint.fixes.syntax import complete
from convert.lint.registry import RULES, Context, Gate, Sibling, check
from convert.lint.rules import load
from convert.names.aliases import Alias, Aliases
from grammar.diagnostic import Diagnostic
from grammar.parser import parse
from grammar.rows import limits, read_rows
from grammar.source import Source

load()
DAY = date(2026, 11, 23)
DEFAULT = tuple(code for code, entry in RULES.items() if entry.tier != "selected")
MAKEFILE = "export XEN_VERSION       = 4\nexport XEN_SUBVERSION    = 20\nexport XEN_EXTRAVERSION ?= .1-pre$(XEN_VENDORVERSION)\n"
_ROOT = 'config UNSUPPORTED\n\tbool "More"\n\tdefault n\n\nsource "common/Kconfig"\n'
_MAN = "=over\n\n=item B<remus> I<host>\n\nSending to another host is B<experimental>.\n\n=back\n"
_OPTIONS = {
    "XS751": '"The ARINC653 scheduler (UNSUPPORTED)" if UNSUPPORTED',
    "XS752": '"The null scheduler (EXPERIMENTAL)"',
    "XS753": '"Messages between domains" if UNSUPPORTED',
    "XS754": '"Patching of what runs"\n\tdefault y',
    "XS771": '"Something"',
}
_NAMES = {"XS751": "SCHED_ARINC653", "XS752": "SCHED_NULL", "XS753": "ARGO", "XS754": "LIVEPATCH", "XS771": "SOMETHING"}
# what else the tree has, for the rules that hold it against the file
TEXTS: dict[str, dict[str, str]] = {
    code: {"xen/Kconfig": _ROOT, "xen/common/Kconfig": f"config {_NAMES[code]}\n\tbool {prompt}\n"}
    for code, prompt in _OPTIONS.items()
} | {code: {"docs/man/xl.1.pod.in": _MAN} for code in ("XS761", "XS762", "XS763")}
TITLE = "% Support statement\n\nThis tells what is supported.\n\n"
RELEASE = """# Release Support

    Xen-Version: 4.23-unstable
    Initial-Release: n/a
    Supported-Until: TBD
    Security-Support-Until: Unreleased - not yet security-supported

Release Notes
: <a href="https://wiki.xenproject.org/wiki/Xen_Project_X.YY_Release_Notes">RN</a>

"""
FEATURES = "# Feature Support\n\n## Section\n\n"
DEFINITIONS = """# Format and definitions

## Definition of Status labels

""" + "".join(
    f"### {name}\n\n    Functional completeness: Yes\n\n"
    for name in ("Experimental", "Tech Preview", "Supported", "Deprecated")
) + "".join(
    f"  * **{name}**\n\n    Told below.\n\n"
    for name in ("Supported, not security supported", "Supported, Security support external", "Supported, with caveats")
)  # fmt: skip


_PICTURES = {ord("␠"): " ", ord("␉"): "\t", ord("␍"): "\r", ord("␀"): "\0", ord("␏"): "\ufeff"}


def examples(doc: str) -> tuple[str, str]:
    """The fragments below `Bad:` and `Good:` of a docstring."""
    head, _, rest = inspect.cleandoc(doc).partition("\nBad:\n")
    bad, _, good = rest.partition("\nGood:\n")
    assert head and bad and good, doc
    return _fragment(bad), _fragment(good)


def _fragment(text: str) -> str:
    lines = [line[4:] if line.startswith("    ") else line for line in text.split("\n")]
    return "\n".join(lines).translate(_PICTURES).rstrip("\n") + "\n"


def bytes_of(text: str) -> bytes:
    """A file's bytes, with a byte that is no UTF-8 for each `␦`."""
    return text.encode().replace("␦".encode(), b"\xff")


def framed(fragment: str) -> str:
    """A file that is fine but for a fragment (see convert/lint/registry.py for where that stands)."""
    if fragment.endswith("␄\n"):
        fragment = fragment[:-2]
        if not fragment:
            return ""
    feature = "### Feature\n\n    Status: Supported\n\n"
    if fragment.startswith("# Release Support"):
        return TITLE + fragment + "\n" + FEATURES + feature + DEFINITIONS
    if fragment.startswith("# Format"):
        return TITLE + RELEASE + FEATURES + feature + fragment
    if fragment.startswith(("% ", "\ufeff% ", "# ")):
        return fragment
    if fragment.startswith("## "):
        return TITLE + RELEASE + "# Feature Support\n\n" + fragment + "\n" + DEFINITIONS
    if fragment.startswith("### "):
        return TITLE + RELEASE + FEATURES + fragment + "\n" + DEFINITIONS
    if "Status" in fragment or "Supported," in fragment:
        return in_feature(fragment)
    return in_feature("Described here.\n\n    Status: Supported\n\n" + fragment)


def context_of(
    data: bytes,
    *,
    siblings: Sequence[Sibling] = (),
    makefile: str | None = None,
    day: date = DAY,
    gate: Gate | None = None,
    texts: Mapping[str, str] | None = None,
    before: str | None = None,
    aliases: Sequence[tuple[str, str]] = (),
) -> Context:
    """What rules look at, of a file's bytes."""
    source = Source("SUPPORT.md", data)
    parsed = parse(source, prose=False)
    reading = read_rows(parsed.document, source)
    parsed.diagnostics.extend(reading.diagnostics)
    known = Aliases(tuple(Alias(old, new) for old, new in aliases))
    was = parse(Source("before", before.encode()), prose=False).document if before is not None else None
    return Context(
        source,
        parsed,
        tuple(reading.rows),
        tuple(limits(reading.rows)),
        day,
        makefile,
        tuple(siblings),
        gate,
        None if texts is None else lambda: texts,
        known,
        None,
        was,
        False if before is not None else None,
    )


def sibling_of(text: str, *, name: str = "another", newer: bool = True) -> Sibling:
    """A text as another tree."""
    context = context_of(text.encode())
    return Sibling(name, context.source, context.parsed.document, context.rows, newer)


def findings(
    text: str | bytes,
    codes: Sequence[str] = DEFAULT,
    *,
    siblings: Sequence[Sibling] = (),
    makefile: str | None = None,
    day: date = DAY,
    gate: Gate | None = None,
    texts: Mapping[str, str] | None = None,
    before: str | None = None,
    aliases: Sequence[tuple[str, str]] = (),
) -> list[Diagnostic]:
    """What the parser, the rows and the rules say of a file, with fixes."""
    data = bytes_of(text) if isinstance(text, str) else text
    context = context_of(
        data, siblings=siblings, makefile=makefile, day=day, gate=gate, texts=texts, before=before, aliases=aliases
    )
    found = [*complete(context.parsed.diagnostics, context), *check(context, codes)]
    return sorted(found, key=lambda d: (d.span.start if d.span else 0, d.code))


def codes_of(text: str | bytes, codes: Sequence[str] = DEFAULT) -> list[str]:
    """The codes of the findings, in file order."""
    return [d.code for d in findings(text, codes)]


class Beside(NamedTuple):
    """What a rule that looks beside the file is shown: the file, its Makefile, the day, what the gate has, other files."""

    text: str
    makefile: str | None = None
    day: date = DAY
    gate: Gate | None = None
    texts: Mapping[str, str] | None = None


def beside(code: str, fragment: str) -> Beside:
    """The surroundings in which the fragment of a rule's docstring stands; for most rules the file alone."""
    released = framed(released_part("4.20", "2025-03-05", "2028-03-05", "2030-03-05"))
    day = date(2025, 3, 5)
    match code:
        case "XS510":
            return Beside(framed(fragment), MAKEFILE)
        case "XS511":
            return Beside(in_feature("    Status: Supported\n"), fragment)
        case "XS512":
            return Beside(released, MAKEFILE, gate=Gate(fragment.strip()))
        case "XS513" | "XS516":
            point = ".0" if code == "XS513" else ".7"
            number = fragment.partition("Xen-Version: ")[2].split()[0]
            return Beside(framed(fragment), makefile_of(number, point), gate=Gate(f"RELEASE-{number}{point}"))
        case "XS514":
            young = framed(released_part("4.20", "2025-03-05", "2026-09-05", "2028-03-05"))
            return Beside(young, makefile_of("4.20", ".0"), day, Gate("RELEASE-4.20.0", changelog=fragment))
        case "XS515":
            return Beside(released, MAKEFILE, gate=Gate(readme=fragment))
        case "XS751" | "XS752" | "XS753" | "XS754" | "XS761" | "XS762" | "XS763" | "XS771":
            return Beside(framed(fragment), texts=TEXTS[code])
        case "XS517" | "XS518" | "XS519":
            around = {"XS517": Gate(numbers=frozenset({"4.22"})), "XS518": Gate(tags=frozenset({"RELEASE-4.21.0"}))}
            number, extra = fragment.partition("Xen-Version: ")[2].split()[0], ".1-pre"
            number, _, state = number.partition("-")
            return Beside(
                framed(fragment),
                makefile_of(number, f"-{state}" if state else extra),
                gate=around.get(code, Gate(tags=frozenset({"RELEASE-4.20.0"}))),
            )
    return Beside(framed(fragment))


def makefile_of(number: str, extra: str) -> str:
    """The text of a xen/Makefile as far as it says a version."""
    version, subversion = number.split(".")
    return (
        f"export XEN_VERSION       = {version}\nexport XEN_SUBVERSION    = {subversion}\n"
        f"export XEN_EXTRAVERSION ?= {extra}$(XEN_VENDORVERSION)\n"
    )


def released_part(version: str, initial: str, support: str, security: str, notes: str | None = None) -> str:
    """The release part of a file."""
    address = f"https://wiki.xenproject.org/wiki/Xen_Project_{notes or version.split('-')[0]}_Release_Notes"
    return (
        f"# Release Support\n\n    Xen-Version: {version}\n    Initial-Release: {initial}\n    Supported-Until: {support}\n"
        f'    Security-Support-Until: {security}\n\nRelease Notes\n: <a href="{address}">RN</a>\n\n'
    )


def in_feature(lines: str) -> str:
    """A whole file with text below a heading `### Feature`."""
    return TITLE + RELEASE + FEATURES + "### Feature\n\n" + lines + "\n" + DEFINITIONS
