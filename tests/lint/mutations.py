"""Valid files, and what may happen to them in an editor or a merge."""

from __future__ import annotations

import re
from random import Random

from tests.lint.frame import DEFINITIONS, RELEASE, TITLE

MEANT = re.compile(
    r"^\s*(?:(?:[Ss]tatus|Supported)(?:,[^:\n]*)?|Xen-Version|Initial-Release|(?:Security-Support|Supported)-Until):[ \t]+\S",
    re.M,
)
LABELS = (
    "Supported",
    "Supported, not security supported",
    "Supported, Security support external",
    "Tech Preview",
    "Experimental",
    "Deprecated",
    "Supported up to 12 TiB",
    "Supported, security supported only when run de-privileged",
)
QUALIFIERS = (
    "x86",
    "x86 HVM",
    "Arm32",
    "Arm64",
    "Linux (xen-blkback)",
    "QEMU (xen_disk), raw format",
    'Linux, "x" mode',
)
WORDS = (
    "hypervisor",
    "guest",
    "memory",
    "`xl`",
    "scheduler",
    "de-privileged",
    "(HVM / PVH)",
    "dom0",
    "**Blkback**",
    "128 MiB",
)
# one of every kind of block, and a few more that go wrong
BLOCKS = (
    "A paragraph.", "  * an item\n  * another", "   * an item\n     goes on", "```\nStatus, fenced: Supported\n```", "~~~\ncode\n~~~",
    "### New feature", "### New feature\n\n    Status: Experimental", "Term\n: definition", "Term\n\n: definition", "> quoted",
    "1. first\n2. second", "***", "| a | b |\n|---|---|\n| 1 | 2 |", "<div>\ntext\n</div>", "<!-- comment -->", "| line block",
    "::: note\ntext\n:::", "[^1]: a note", "[ref]: https://example.org", "    some code", "     Status: Supported", "   Status: Supported",
    "Status: Supported", "###No blank", " ### Indented", "##### Too deep", "A line\n------", "A line\n=======", "<<<<<<< HEAD",
    ">>>>>>> branch", "\\begin{x}\n\\end{x}", "text with an open [bracket", "text with <!-- an open comment", "$$\nx\n$$",
    "    Status, new: Experimental", "    Status x86: Supported", "    status: Supported", "    Status, a:b: Supported",
    "---\na: b\n---", "    Functional completeness: Yes\n    Status, hidden: Supported", "(a) x", "text\n    Status, lazy: Supported",
)  # fmt: skip


def valid(random: Random) -> str:
    """A file that Xen's tools read and no rule has an error for."""
    parts = [TITLE, RELEASE, "# Feature Support\n\n"]
    for section in range(random.randint(1, 2)):
        parts.append(f"## Section {section}\n\n")
        for feature in range(random.randint(1, 3)):
            parts.append(f"### Feature {section} {feature}\n\n")
            if random.random() < 0.6:
                parts.append(_text(random))
            if random.random() < 0.2:
                parts.append("   * one\n   * two\n     goes on\n\n")
            chosen = random.sample(QUALIFIERS, random.randint(0, 3))
            if not chosen or random.random() < 0.5:
                parts.append(f"    Status: {random.choice(LABELS)}\n")
            parts += [f"    Status, {qualifier}: {random.choice(LABELS)}\n" for qualifier in chosen]
            parts.append("\n")
            if random.random() < 0.5:
                parts.append(_text(random))
                if random.random() < 0.4:
                    parts.append("  * one\n  * two\n\n")
    return "".join(parts) + DEFINITIONS


def _text(random: Random) -> str:
    lines = [" ".join(random.choices(WORDS, k=random.randint(2, 6))).capitalize() for _ in range(random.randint(1, 3))]
    return "\n".join(lines) + ".\n\n"


def mutated(text: str, random: Random) -> str:
    """The text after one change: a line deleted, doubled, indented, swapped with the next or joined to it; a block put in."""
    lines = text.split("\n")
    at = random.randrange(len(lines) - 1)
    match random.randrange(7):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case 2:
            lines[at] = " " * random.choice((1, 2, 3, 4, 5, 8)) + lines[at]
        case 3:
            lines[at] = lines[at][random.randint(1, 4) :]
        case 4:
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        case 5:
            lines[at : at + 2] = [lines[at] + random.choice(("", " ")) + lines[at + 1]]
        case _:
            block = random.choice(BLOCKS).split("\n")
            lines[at:at] = random.choice(([*block], ["", *block, ""], ["", *block], [*block, ""]))
    return "\n".join(lines)
