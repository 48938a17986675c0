"""What Kconfig says of an option: a label in its prompt or help, UNSUPPORTED or EXPERT in its conditions.

Source: docs/process and xen/Kconfig: an option that needs UNSUPPORTED is without security support or no more than a
preview; one that needs EXPERT and is off without it is for those who know what they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from convert.sources.expressions import Expression, both, evaluate, needs, possible, symbols
from convert.sources.kconfig_reader import ARCHITECTURES, Option, Reader
from convert.sources.statement import Place, Polarity

SWITCHES = ("EXPERT", "UNSUPPORTED", "DEBUG")  # they decide what is covered, and are no features
_MARK = re.compile(r"\((UNSUPPORTED|EXPERIMENTAL|TECH(?:NOLOGY)? PREVIEW|DEPRECATED)\)")
_DENIED = re.compile(
    r"\b(?:not|no longer|never|without|nor)\b(?: \w+){0,2}?[ -]security[- ]support|\bno security support", re.I
)
_EXPERIMENTAL = re.compile(r"\bexperimental\b", re.I)
_DEEPEST = 60  # symbols that depend on one another
_SAYS: dict[str, tuple[Polarity, str | None]] = {
    "UNSUPPORTED": ("no", None), "EXPERIMENTAL": ("no", "Experimental"), "TECH PREVIEW": ("no", "Tech Preview"),
    "DEPRECATED": ("unstated", "Deprecated"), "not security supported": ("no", None), "EXPERT only": ("no", None),
}  # fmt: skip

_FIXED = {
    "x86": {"X86": True, "X86_64": True, "ARM": False, "ARM_32": False, "ARM_64": False},
    "arm": {"X86": False, "X86_64": False, "ARM": True},
}


class Said(NamedTuple):
    """An option with a prompt: what is said of it (None: nothing), on which architectures it is there and on by
    default.

    `developers`: it is offered to those who build with DEBUG, too, and so is nothing that anybody relies on.
    """

    name: str
    place: Place
    prompt: str
    says: str | None
    polarity: Polarity
    label: str | None
    architectures: tuple[str, ...]
    on: tuple[str, ...]
    developers: bool

    @property
    def keys(self) -> tuple[str, str]:
        """The names that a map knows it by: `NAME@folder` where two options have one name, `NAME`."""
        parts = self.place.path.split("/")
        return (f"{self.name}@{parts[2] if parts[1] == 'arch' else parts[1]}", self.name)


def read(texts: Mapping[str, str]) -> list[Said]:
    """The options of a tree in file order; `texts` has its Kconfig files, path -> text, others are not looked at.

    Members of a choice are left out unless they say something themselves.  Never raises.
    """
    found: dict[Place, Said] = {}
    for architecture in ARCHITECTURES:
        state = _State(Reader(texts, architecture).options, architecture)
        for option in state.options:
            said = state.said(option)
            if said is None:
                continue
            found[said.place] = _joined(found[said.place], said) if said.place in found else said
    return sorted(found.values(), key=lambda said: said.place)


def _joined(one: Said, other: Said) -> Said:
    """An option of two architectures: it says what it says on both; where one has it as a matter of course, nothing."""
    weaker = one if one.says is None else other
    return weaker._replace(architectures=one.architectures + other.architectures, on=one.on + other.on)


class _State:
    """The options of one architecture, and which are on in a build that nobody configures."""

    def __init__(self, options: list[Option], architecture: str) -> None:
        self.options = [option for option in options if option.name]
        self.architecture = architecture
        self.by_name: dict[str, list[Option]] = {}
        for option in self.options:
            self.by_name.setdefault(option.name, []).append(option)
        self.selected: dict[str, list[tuple[str, Expression]]] = {}
        for option in self.options:
            for name, condition in option.selects:
                self.selected.setdefault(name, []).append((option.name, condition))
        self.values: dict[str, bool] = {}
        self.offered: dict[str, str | None] = {}
        self.depth = 0

    def on(self, name: str) -> bool:
        """Whether a symbol is on by default; one that is asked for while it is being found out is off."""
        if name not in self.values and self.depth < _DEEPEST:
            self.values[name] = False
            self.depth += 1
            self.values[name] = name not in SWITCHES and (self._by_default(name) or self._selected(name))
            self.depth -= 1
        return self.values.get(name, False)

    def _selected(self, name: str) -> bool:
        return any(self.on(by) and evaluate(condition, self.on) for by, condition in self.selected.get(name, ()))

    def _by_default(self, name: str) -> bool:
        return any(self._stated(option) for option in self.by_name.get(name, ()))

    def _stated(self, option: Option) -> bool:
        if option.environment is not None:
            return True
        if not evaluate(both(option.above, *option.depends), self.on):
            return False
        if option.choice is not None:
            return self._chosen(option.choice) == option.name
        return self._value(option)

    def _value(self, option: Option) -> bool:
        """The first default whose condition holds."""
        for value, condition in option.defaults:
            if evaluate(condition, self.on):
                return evaluate(value, self.on)
        return False

    def _chosen(self, choice: Option) -> str | None:
        for value, condition in choice.defaults:
            if evaluate(condition, self.on):
                return value.name
        return choice.members[0].name if choice.members else None

    def said(self, option: Option) -> Said | None:
        """What an option with a prompt says; None for one without, and for a member of a choice that says nothing."""
        if option.prompt is None or option.name in SWITCHES or option.kind not in ("bool", "tristate", ""):
            return None
        conditions = _conditions(option)
        if not possible(conditions, _FIXED[self.architecture]):
            return None
        says = self._says(option)
        if option.choice is not None and says is None:
            return None
        polarity, label = _SAYS[says] if says is not None else ("unstated", None)
        on = self.on(option.name)
        developers = not needs(conditions, "EXPERT") and any(_named(conditions, "EXPERT"))
        return Said(
            option.name, Place(option.path, option.line), option.prompt, says, polarity, label, (self.architecture,),
            (self.architecture,) if on else (), developers,
        )  # fmt: skip

    def _says(self, option: Option) -> str | None:
        own = _own(option)
        if own is not None:
            return own
        conditions = _conditions(option)
        if needs(both(conditions, option.visible), "UNSUPPORTED"):
            return "UNSUPPORTED"
        if _DENIED.search(option.help):
            return "not security supported"
        if _EXPERIMENTAL.search(option.help):
            return "EXPERIMENTAL"
        if needs(conditions, "EXPERT"):
            return None if self.on(option.name) else "EXPERT only"
        return None if option.choice is not None else self._inherited(option)

    def _inherited(self, option: Option) -> str | None:
        """What the options say that an option depends on, one step: without them it cannot be had."""
        said = (
            self._offered(name) for name in symbols(_conditions(option)) if name not in SWITCHES and not self.on(name)
        )
        return next((says for says in said if says is not None), None)

    def _offered(self, name: str) -> str | None:
        """What the conditions say in which an option that is off is offered."""
        if name not in self.offered:
            known = (other for other in self.by_name.get(name, ()) if other.prompt is not None and other.kind == "bool")
            said = (_conditions_say(other) for other in known)
            self.offered[name] = next((says for says in said if says is not None), None)
        return self.offered[name]


def _conditions_say(option: Option) -> str | None:
    conditions = _conditions(option)
    if needs(both(conditions, option.visible), "UNSUPPORTED"):
        return "UNSUPPORTED"
    return "EXPERT only" if needs(conditions, "EXPERT") else None


def _own(option: Option) -> str | None:
    """The label in brackets in an option's prompt or help."""
    marks = [mark.replace("TECHNOLOGY", "TECH") for mark in _MARK.findall(f"{option.prompt} {option.help}")]
    return marks[0] if marks else None


def _conditions(option: Option) -> Expression:
    """Everything that must hold for an option to be offered, but whether its menu is shown."""
    around = (option.choice.above, *option.choice.depends) if option.choice is not None else ()
    return both(option.shown_if, *option.depends, option.above, *around)


def _named(expression: Expression, name: str) -> Iterator[bool]:
    if expression.op == "symbol" and expression.name == name:
        yield True
    for part in expression.parts:
        yield from _named(part, name)


def files(paths: Iterable[str]) -> list[str]:
    """The Kconfig files among a tree's paths; those of the tool itself and of its tests are none."""
    return [
        path
        for path in paths
        if path.startswith("xen/") and "Kconfig" in path.rpartition("/")[2] and not path.startswith("xen/tools/")
    ]
