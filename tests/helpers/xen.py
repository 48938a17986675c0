"""What Xen's tools read out of a document tree of pandoc: the project's own account of docs/parse-support-md.

Kept apart from the code under test: it works on pandoc's JSON only.  `shared/tools/reference.py`, where it is at hand, is a second one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.helpers import pandoc

_S, _NS = r"(?:(?![\x1c-\x1f])\s)", r"(?:\S|[\x1c-\x1f])"
_SKIPPED = ("Functional completeness:", "Functional stability:", "Interface stability:", "Security supported:")
_RELEASE = re.compile(rf"([A-Z][-A-Z0-9a-z]+):{_S}+({_NS}.*)\Z")
_STATUS = re.compile(rf"(?:Status|Supported)(?:,{_S}*([^:]+))?:{_S}+({_NS}.*)\Z")
_SIMPLE = {"Space": " ", "SoftBreak": " ", "LineBreak": " ", "RawInline": "", "Note": ""}


class Rejected(Exception):
    """Xen's tools die on it."""


def words(inlines: list[dict[str, Any]]) -> str:
    """The text of pandoc inlines as parse-support-md joins it."""
    out = ""
    for item in inlines:
        kind = item["t"]
        content: Any = item.get("c")
        if kind in _SIMPLE:
            out += _SIMPLE[kind]
        elif kind == "Str":
            out += content
        elif kind in ("Code", "Math"):
            out += content[1]
        elif kind == "Quoted":
            mark = '"' if content[0]["t"] == "DoubleQuote" else "'"
            out += mark + words(content[1]) + mark
        elif kind in ("Link", "Image", "Span", "Cite"):
            out += words(content[1])
        else:
            out += words(content)
    return out


def _key(anchor: str, qualifier: str) -> str:
    return anchor + "--" + re.sub("[^-0-9A-Za-z]", "", qualifier.lower().replace(" ", "-"))


@dataclass
class _Reader:
    path: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    places: dict[tuple[str, ...], int] = field(default_factory=dict)
    sections: list[tuple[object, tuple[str, ...]]] = field(default_factory=list)
    described: list[object] = field(default_factory=list)
    caveats: set[tuple[str, ...]] = field(default_factory=set)
    section: object = None
    seen_field: bool = False
    unknown: str = ""

    def keys(self) -> tuple[str, ...]:
        return tuple(anchor for anchor, _ in self.path)

    def entry(self, key: str | None, head: str | None, value: str) -> None:
        if not self.path:
            raise Rejected("before any heading")
        self.seen_field = True
        at = (*self.keys(), key) if key is not None else self.keys()
        if at in self.places:
            self.rows[self.places[at]]["status"] = value
            return
        self.places[at] = len(self.rows)
        path = [text for _, text in self.path] + ([head] if head is not None else [])
        self.rows.append({"key": at[-1], "path": path, "anchor": self.path[-1][0], "status": value})
        self.sections.append((self.section, self.keys()))

    def header(self, content: Any) -> None:
        level, (anchor, _, _), inlines = content
        if level > len(self.path) + 1:
            raise Rejected("level jumps")
        self.path = [*self.path[: level - 1], (anchor, words(inlines))]
        self.section = object()
        self.seen_field = False

    def literal(self, text: str) -> None:
        if text.startswith(_SKIPPED):
            return
        if self.unknown:
            raise Rejected(f"after {self.unknown}")
        pattern = _RELEASE if text.startswith("Xen-Version:") else _STATUS
        for line in text.split("\n"):
            line = re.sub(rf"{_S}*\Z", "", line)
            if line:
                match = pattern.match(line)
                if not match:
                    raise Rejected(line)
                qualifier, value = match.groups()
                if not self.path:
                    raise Rejected("before any heading")
                if qualifier:
                    self.entry(_key(self.path[-1][0], qualifier), qualifier, value)
                else:
                    self.entry(None, None, value)

    def definitions(self, content: Any) -> None:
        for term, meanings in content:
            if not self.path or len(meanings) != 1 or [b["t"] for b in meanings[0]] != ["Plain"]:
                raise Rejected("definition list")
            plain = " ".join(i["c"] for i in term if i["t"] == "Str")
            self.entry(_key(self.path[-1][0], plain), words(term), words(meanings[0][0]["c"]))

    def read(self, tree: dict[str, Any]) -> list[dict[str, Any]]:
        for block in tree["blocks"]:
            kind, content = block["t"], block.get("c")
            if kind == "Header":
                self.header(content)
            elif kind == "Para":
                if self.path and self.seen_field:
                    self.caveats.add(self.keys())
                elif self.path:
                    self.described.append(self.section)
            elif kind == "CodeBlock":
                self.literal(content[1])
            elif kind == "DefinitionList":
                self.definitions(content)
            elif kind != "BulletList":
                self.unknown = kind
        for row, (section, keys) in zip(self.rows, self.sections, strict=True):
            row["described"] = any(section is s for s in self.described)
            row["caveat"] = keys in self.caveats
        return self.rows


def as_pandoc_sees(data: bytes) -> bytes:
    """What pandoc's command line does before its reader: Latin-1 fallback, BOM, CR, tabs."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r", "").expandtabs(4).encode()


def read_all(documents: Sequence[bytes], program: str | None = None) -> list[list[dict[str, Any]] | Rejected]:
    """Each document's rows, or how Xen's tools die on it; `program`: a pandoc, default: version 2."""
    out: list[list[dict[str, Any]] | Rejected] = []
    for tree in pandoc.read([as_pandoc_sees(d) for d in documents], program):
        if isinstance(tree, pandoc.PandocError):
            out.append(Rejected(f"pandoc: {tree}"))
            continue
        try:
            out.append(_Reader().read(tree))
        except Rejected as rejected:
            out.append(rejected)
    return out
