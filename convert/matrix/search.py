"""Finding features by what people type: words in any order, other spellings, words of the same meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grammar.fold import fold

# words that people use for one another, in lower case
SYNONYMS: tuple[tuple[str, ...], ...] = (
    ("livepatch", "livepatching", "live patching", "hotpatch", "hot patching"),
    ("nested", "nested virt", "nested virtualisation", "nested virtualization"),
    ("migration", "migrate", "live migration"),
    ("arm64", "aarch64", "armv8"),
    ("arm32", "aarch32", "armv7"),
    ("x86-64", "x86_64", "amd64", "x64"),
    ("vm", "guest", "domu"),
    ("passthrough", "pass-through", "pass through", "pci"),
    ("hotplug", "hot-plug", "hot plug", "hotadd"),
    ("nic", "network", "net"),
    ("disk", "block", "blk"),
    ("memory", "ram"),
    ("cpu", "processor", "vcpu"),
    ("console", "serial"),
    ("usb", "pvusb"),
    ("uefi", "efi"),
    ("xenstore", "xenstored"),
    ("scheduler", "sched"),
    ("altp2m", "alternative p2m"),
    ("xsm", "flask"),
    ("gpu", "graphics", "vga"),
)
_SQUEEZED = re.compile(r"[\W_]+")


def _squeezed(text: str) -> str:
    return _SQUEEZED.sub("", text)


def words_of(query: str) -> list[str]:
    """The words of a question, in lower case."""
    return [word for word in re.split(r"[\s,;]+", fold(query).casefold()) if word]


def meanings(word: str) -> tuple[str, ...]:
    """A word and those of the same meaning."""
    return tuple(dict.fromkeys((word, *(other for group in SYNONYMS if word in group for other in group))))


def has(text: str, word: str) -> bool:
    """Whether a text in lower case has a word, or one of its meaning, with other spaces and hyphens too."""
    squeezed = _squeezed(text)
    return any(one in text or (len(_squeezed(one)) > 2 and _squeezed(one) in squeezed) for one in meanings(word))


def matching(query: str, texts: Iterable[str]) -> list[str]:
    """The texts that have all words of a question, in any order."""
    words = words_of(query)
    return [text for text in texts if words and all(has(text.casefold(), word) for word in words)]


def failing(query: str, texts: Sequence[str]) -> list[str]:
    """The words of a question that no text has."""
    folded = [text.casefold() for text in texts]
    return [word for word in words_of(query) if not any(has(text, word) for text in folded)]
