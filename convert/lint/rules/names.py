"""Rules of qualifiers and names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, cast

from convert.lint.registry import Context, rule
from convert.lint.rules.parts import fix, qualifier_spans
from convert.names.spelling import letters, nearest
from grammar.nodes import Document, Heading, Literal, Section
from grammar.source import Span

Found = tuple[Span | None, str] | tuple[Span | None, str, dict[str, Any]]
# names of devices, drivers and techniques that SUPPORT.md files speak of, five letters or more
_NAMES = """
    aarch32 aarch64 altp2m apicv arinc653 blkback blkfront blktap2 cirrus e1000 e1000e es1370 exynos fbback fbfront
    flask freebsd gdbsx gicv2 gicv3 grub2 ioreq iommu ipmmu kbdback kbdfront libvirt libxl ne2000 netback netbsd
    netfront ns16550 nvdimm openbsd piix3 pl011 pvcalls pvshim pygrub qcow2 remus renesas rombios rtl8139 seabios
    smmuv1 smmuv2 smmuv3 stdvga tpmback tpmfront usbmouse usbtablet virtio vmware xbdback xenbus xenconsoled
    xennetback xenstore xenstored xentrace xenlight
"""
KNOWN = frozenset(_NAMES.split())
_PART = re.compile(r"[^\s,()](?:[^,()]*[^\s,()])?")  # what is between commas and brackets
_WORD = re.compile(r"[^\W_]+")
_ARCHITECTURES = ("arm", "x86", "aarch64", "risc", "ppc")


def _qualifiers(context: Context) -> dict[str, list[Span]]:
    """Each qualifier as it is in the source, with the spans of the qualified fields that have it."""
    if "qualifiers" not in context.memo:
        found: dict[str, list[Span]] = {}
        for section in context.parsed.document.walk():
            origin = section.origin
            for start, end in section.derived(qualifier_spans):
                span = Span(start + origin, end + origin)
                found.setdefault(context.source.text[span.start : span.end], []).append(span)
        if context.rest is not None:
            for qualifier in context.rest.qualifiers:
                found.setdefault(qualifier, []).append(context.rest.place)
        context.memo["qualifiers"] = found
    return cast(dict[str, list[Span]], context.memo["qualifiers"])


def _within(span: Span, found: re.Match[str]) -> Span:
    """Where a stretch of a qualifier is."""
    return Span(span.start + found.start(), span.start + found.end())


def _forms_before(context: Context) -> Counter[str]:
    """How often each part of a qualifier was there before the change under lint, as it was spelled."""
    sections = context.before.walk() if context.before is not None else ()
    literals = (block for section in sections for block in section.blocks if isinstance(block, Literal))
    qualifiers = (
        field.qualifier or "" for literal in literals if literal.kind == "feature" for field in literal.fields
    )
    return Counter(part[0] for qualifier in qualifiers for part in _PART.finditer(qualifier))


@rule("XS401", "spelt-two-ways", "warning", Document, framed=True)
def spelt_two_ways(document: Document, context: Context) -> Iterator[Found]:
    """One thing is spelled in two ways in the qualifiers of one file.

    It looks like two things to a reader and to a search; where the letters differ by more than case, the matrix has two
    rows.

    Bad:
        ### Boot

            Status, Arm64: Supported

        ### Memory

            Status, Arm64: Supported

        ### Kernel image

            Supported, ARM64: Image
    Good:
        ### Boot

            Status, Arm64: Supported

        ### Kernel image

            Supported, Arm64: Image
    """
    places: dict[str, dict[str, list[tuple[Span, re.Match[str]]]]] = {}
    before = _forms_before(context)
    for qualifier, spans in _qualifiers(context).items():
        for part in _PART.finditer(qualifier):
            name = " ".join(_WORD.findall(part[0].casefold()))
            if name:
                places.setdefault(name, {}).setdefault(part[0], []).extend((span, part) for span in spans)
    for forms in places.values():
        if len(forms) < 2:
            continue
        best = max(forms, key=lambda form: (before[form], len(forms[form])))  # what is new follows what was there
        for form, (place, part) in ((form, at) for form, found in forms.items() if form != best for at in found):
            span = _within(place, part)
            message = f'"{form}" is spelled "{best}" elsewhere in the file'
            yield span, message, {"fix": fix(False, (span.start, span.end, best))}


@rule("XS402", "misspelt-name", "warning", Section, lone=True)
def misspelt_name(section: Section, context: Context) -> Iterator[Found]:
    """A name is one edit away from a known one.

    The device that is meant exists, the one that is named does not: "rtl8193" has stood for rtl8139 since 2017.

    Bad:
            Status, stgvga: Supported
    Good:
            Status, stdvga: Supported
    """
    for word, meant in _misspelt_words(section.heading.text):
        yield section.heading.span, f'"{word[0]}" is one edit away from the known name "{meant}"'
    for start, end in section.derived(qualifier_spans):
        place = Span(start + section.origin, end + section.origin)
        for word, meant in _misspelt_words(context.source.text[place.start : place.end]):
            span = _within(place, word)
            message = f'"{word[0]}" is one edit away from the known name "{meant}"'
            yield span, message, {"fix": fix(False, (span.start, span.end, meant))}


@lru_cache(maxsize=1 << 14)
def _misspelt_words(text: str) -> tuple[tuple[re.Match[str], str], ...]:
    """The words of a heading or a qualifier that are one edit away from a known name, with that."""
    return tuple((word, meant) for word in _WORD.finditer(text) if (meant := _misspelt(word[0])))


@cache
def _misspelt(word: str) -> str | None:
    low = word.casefold()
    if len(low) < 5 or low in KNOWN or low.rstrip("s") in KNOWN:
        return None
    begins, ends = _by_letters()
    return nearest(low, sorted({*begins.get(low[:2], ()), *ends.get(low[-2:], ())}))


@cache
def _by_letters() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The known names by their first and by their last two letters: of five letters or more one edit leaves either
    as it is.
    """
    begins: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    for known in KNOWN:
        begins.setdefault(known[:2], []).append(known)
        ends.setdefault(known[-2:], []).append(known)
    return begins, ends


@rule("XS403", "heading-prefix", "info", Document)
def heading_prefix(document: Document, context: Context) -> Iterator[Found]:
    """The headings of one architecture begin in several ways.

    "ARM/GICv3", "ARM: Guest ACPI", "Arm: OP-TEE": readers and searches need one.

    Bad:
        ### ARM/GICv3

            Status: Supported

        ### ARM/IOREQ servers

            Status: Supported

        ### Arm: OP-TEE mediator

            Status: Tech Preview
    Good:
        ### ARM/GICv3

            Status: Supported

        ### ARM/OP-TEE mediator

            Status: Tech Preview
    """
    found: dict[str, list[tuple[str, Heading]]] = {}
    for section in document.walk():
        text = section.heading.text
        if not text.casefold().startswith(_ARCHITECTURES):
            continue
        prefix = re.match(r"([A-Za-z]+[0-9]*(?:-[Vv])?)(/|: |:)(?=\S)", text)
        if prefix:
            found.setdefault(letters(prefix[1]), []).append((prefix[0], section.heading))
    for uses in found.values():
        counts = Counter(form for form, _ in uses)
        best = max(counts, key=counts.__getitem__)
        for form, heading in uses:
            if form != best:
                yield (
                    heading.span,
                    f'"{heading.text}" begins "{form.strip()}"; most headings of this kind begin "{best.strip()}"',
                )


@rule("XS404", "qualifier-blanks", "warning", Document, framed=True)
def qualifier_blanks(document: Document, context: Context) -> Iterator[Found]:
    """A qualifier has extra spaces.

    They stay in the row's key: "x86 " is another row of the matrix than "x86".

    Bad:
            Status, x86 : Supported
    Good:
            Status, x86: Supported
    """
    for qualifier, spans in _qualifiers(context).items():
        tidy = " ".join(qualifier.split())
        if tidy != qualifier and tidy:
            message = f'spaces in the qualifier "{qualifier}" make a different row key from "{tidy}"'
            for span in spans:
                yield span, message, {"fix": fix(False, (span.start, span.end, tidy))}


@rule("XS405", "empty-qualifier", "warning", Document, framed=True)
def empty_qualifier(document: Document, context: Context) -> Iterator[Found]:
    """A qualifier has no letter and no number.

    The key of its row is the key without a qualifier, followed by hyphens.

    Bad:
            Status, ?: Supported
    Good:
            Status: Supported
    """
    for qualifier, spans in _qualifiers(context).items():
        if not letters(qualifier):
            for span in spans:
                yield span, f'the qualifier "{qualifier}" has no letter and no number'
