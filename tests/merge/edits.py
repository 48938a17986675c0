"""Random edits of a SUPPORT file as a person makes them, blind to how the merge reads it: blocks between blank lines."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

VALUES = (
    "Supported",
    "Tech Preview",
    "Experimental",
    "Deprecated",
    "Supported, not security supported",
    "Not implemented",
)
WORDS = ("guest", "driver", "memory", "interrupt", "console", "device", "shadow", "limited", "untrusted", "domain")
_FIELD = re.compile(r"(\s+)(Status|Supported)(,[^:]*)?:(\s+)(.*)")


@dataclass
class Feature:
    """A heading of level 3 and its blocks; `name` tells features apart, and no edit changes it."""

    name: str
    blocks: list[str]


@dataclass
class Text:
    """A file as sections: blocks that are no feature's, then features, and so on, in file order."""

    parts: list[str | Feature] = field(default_factory=list)

    def __str__(self) -> str:
        blocks = []
        for part in self.parts:
            blocks += [part] if isinstance(part, str) else [f"### {part.name}", *part.blocks]
        return "\n\n".join(blocks) + "\n"

    @property
    def features(self) -> list[Feature]:
        return [part for part in self.parts if isinstance(part, Feature)]


def split(text: str) -> Text:
    """The text as sections and features; an unnamed stretch stays as it is."""
    out = Text()
    for block in text.rstrip("\n").split("\n\n"):
        if re.match(r"### \S", block) and "\n" not in block:
            out.parts.append(Feature(block[4:], []))
        elif out.parts and isinstance(out.parts[-1], Feature) and not block.lstrip("\n").startswith("#"):
            out.parts[-1].blocks.append(block)
        else:
            out.parts.append(block)
    return out


@dataclass(frozen=True)
class Edit:
    """What is done where: `kind`, the feature's name, a number that chooses within it, a seed for words."""

    kind: str
    feature: str
    choice: int
    seed: int

    @property
    def touches(self) -> tuple[str, ...]:
        """What no edit of the other side may touch, or the two may be in conflict."""
        if self.kind in ("status", "drop-row"):
            return (f"{self.feature}\t{self.choice}",)
        if self.kind == "drop-feature":
            return (self.feature,)
        if self.kind == "move":
            return (f"{self.feature}\tposition",)
        return () if self.kind in ("add-row", "add-feature") else (f"{self.feature}\tprose",)


KINDS = (
    "status",
    "status",
    "status",
    "word",
    "add-caveat",
    "add-row",
    "drop-row",
    "move",
    "add-feature",
    "drop-feature",
)


def clash(ours: Sequence[Edit], theirs: Sequence[Edit]) -> bool:
    """Whether an edit touches what one of the other side touches."""
    a, b = ({touched for edit in side for touched in edit.touches} for side in (ours, theirs))
    whole = {name for name in a | b if "\t" not in name}
    names = [{edit.feature for edit in side if edit.kind != "add-feature"} for side in (ours, theirs)]
    return bool(a & b) or bool(whole & names[0] & names[1])


def rows_in(feature: Feature) -> list[tuple[int, int]]:
    """Where the feature's fields are: block, line."""
    return [
        (m, n)
        for m, block in enumerate(feature.blocks)
        for n, line in enumerate(block.split("\n"))
        if _FIELD.fullmatch(line)
    ]


def apply(text: Text, edits: Sequence[Edit], tag: str, original: Text) -> None:
    """Make the edits; rows are chosen by their place in the original.  `tag` keeps new names of two sides apart."""
    source = {feature.name: feature for feature in original.features}
    for number, edit in enumerate(edits):
        rnd = random.Random(edit.seed)
        at = next(
            (n for n, part in enumerate(text.parts) if isinstance(part, Feature) and part.name == edit.feature), None
        )
        if at is None:
            continue
        feature = text.parts[at]
        assert isinstance(feature, Feature)
        _one(text, edit, feature, at, source[edit.feature], rnd, f"{tag}{number}")


def _one(text: Text, edit: Edit, feature: Feature, at: int, source: Feature, rnd: random.Random, new: str) -> None:
    match edit.kind:
        case "status" | "drop-row":
            _row(edit, feature, source, rnd)
        case "word":
            _word(edit, feature, rnd)
        case "add-caveat":
            if rows_in(source):
                feature.blocks.append(f"Restricted to {rnd.choice(WORDS)} {rnd.choice(WORDS)} {new}.")
        case "add-row":
            _add_row(feature, rnd, new)
        case "drop-feature":
            del text.parts[at]
        case "add-feature":
            text.parts.insert(at, Feature(f"New {new}", [f"    Status: {rnd.choice(VALUES)}"]))
        case "move":
            _move(text, feature, at, rnd)


def _row(edit: Edit, feature: Feature, source: Feature, rnd: random.Random) -> None:
    """Change a row's status, or drop the row where it is not the only one."""
    rows = rows_in(source)
    if not rows:
        return
    block, line = rows[edit.choice % len(rows)]
    found = _FIELD.fullmatch(source.blocks[block].split("\n")[line])
    assert found is not None
    key = f"{found[1]}{found[2]}{found[3] or ''}:"
    for m, n in rows_in(feature):
        lines = feature.blocks[m].split("\n")
        if lines[n].startswith(key):
            if edit.kind == "status":
                lines[n] = f"{key}{found[4]}{rnd.choice([value for value in VALUES if value != found[5]])}"
            elif len(rows) > 1:
                del lines[n]
            feature.blocks[m : m + 1] = ["\n".join(lines)] if lines else []
            return


def _word(edit: Edit, feature: Feature, rnd: random.Random) -> None:
    prose = [n for n, block in enumerate(feature.blocks) if re.match(r"[A-Za-z]", block)]
    if not prose:
        return
    n = prose[edit.choice % len(prose)]
    words = re.split(r"(\s+)", feature.blocks[n])
    places = [m for m in range(0, len(words), 2) if words[m].isalpha() and m]
    if places:
        words[rnd.choice(places)] = rnd.choice(WORDS)
        feature.blocks[n] = "".join(words)


def _add_row(feature: Feature, rnd: random.Random, new: str) -> None:
    if rows_in(feature):
        m, n = rows_in(feature)[-1]
        lines = feature.blocks[m].split("\n")
        indent = lines[n][: len(lines[n]) - len(lines[n].lstrip())]
        lines.insert(n + 1, f"{indent}Status, {new}: {rnd.choice(VALUES)}")
        feature.blocks[m] = "\n".join(lines)


def _move(text: Text, feature: Feature, at: int, rnd: random.Random) -> None:
    first, last = at, at
    while first and isinstance(text.parts[first - 1], Feature):
        first -= 1
    while last + 1 < len(text.parts) and isinstance(text.parts[last + 1], Feature):
        last += 1
    del text.parts[at]
    text.parts.insert(rnd.randint(first, last), feature)


def draw(rnd: random.Random, text: Text, count: int) -> list[Edit]:
    """Random edits of a text."""
    features = text.features
    out = []
    for _ in range(count):
        feature = rnd.choice(features)
        choice = rnd.randrange(max(1, len(rows_in(feature))))
        out.append(Edit(rnd.choice(KINDS), feature.name, choice, rnd.randrange(1 << 30)))
    return out
