"""Classes of named values, slotted: a part of what `dataclasses` does, for what every start of the command needs.

`dataclasses` imports `inspect`, which takes as long as the bare interpreter does, and writes and compiles three to five
methods of each class.  Here one is compiled, `__init__`, when the first record of the class is made.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

from grammar.named import NamedTuple

_T = TypeVar("_T")
_NONE: Any = type("_None", (), {"__slots__": ()})()  # no default
_Attributes = Callable[[object], Any]


class _Field(NamedTuple):
    """One value: its default or what makes it, whether `__init__` takes it, whether it is compared and shown."""

    default: Any = _NONE
    default_factory: Callable[[], Any] | None = None
    init: bool = True
    compare: bool = True
    repr: bool = True


def field(
    *,
    default: Any = _NONE,  # noqa: ANN401 - of any field
    default_factory: Callable[[], Any] | None = None,
    init: bool = True,
    compare: bool = True,
    repr: bool = True,
) -> Any:  # noqa: ANN401 - type checkers take it for the field's value
    """What to do with a field, as `dataclasses.field` says it."""
    return _Field(default, default_factory, init, compare, repr)


_FIELDS: dict[type, dict[str, _Field]] = {}
_MEANINGS: dict[type, _Attributes] = {}


@dataclass_transform(field_specifiers=(field,))
def record(*, frozen: bool = False, eq: bool = True) -> Callable[[type[_T]], type[_T]]:
    """Make a class of annotated names one of records with these fields, as `dataclass(slots=True)` does.

    `frozen`: nothing can be set afterwards, and equal records have equal hashes; without `eq` each record equals itself
    alone.  `__post_init__` is called where there is one.  Records inherit no fields.
    """

    def make(plain: type[_T]) -> type[_T]:
        fields = {name: _field(plain, name) for name in plain.__annotations__}
        body = {name: value for name, value in vars(plain).items() if name not in fields}
        for name in ("__dict__", "__weakref__"):
            body.pop(name, None)
        body |= {"__slots__": tuple(fields), "__match_args__": tuple(name for name in fields if fields[name].init)}
        body.setdefault("__repr__", _shown)
        if eq and "__eq__" not in body:
            body |= {"__eq__": _equal, "__hash__": _hash if frozen else None}
        if frozen:
            body |= {"__setattr__": _refuse, "__delattr__": _refuse, "__getstate__": _state, "__setstate__": _put}

        def first(self: object, *values: object, **named: object) -> None:
            written = _initialiser(made, frozen=frozen)
            setattr(made, "__init__", written)  # noqa: B010 - of the class
            written(self, *values, **named)

        body |= {"__init__": first, "__dataclass_fields__": _AS_DATACLASS}
        made: type[_T] = type(plain.__name__, plain.__bases__, body)
        made.__qualname__ = plain.__qualname__
        _FIELDS[made] = fields
        return made

    return make


def _field(plain: type, name: str) -> _Field:
    value = vars(plain).get(name, _NONE)
    return value if isinstance(value, _Field) else _Field(value)


def _initialiser(made: type, *, frozen: bool) -> Callable[..., None]:
    """`__init__` of a class, which takes the fields in order; of frozen ones it fills the slots themselves."""
    names: dict[str, Any] = {"_NONE": _NONE}
    parameters, lines = ["self"], []
    for name, one in _FIELDS[made].items():
        value = name
        names |= {f"_put_{name}": vars(made)[name].__set__, f"_default_{name}": one.default}
        if one.default_factory is not None:
            names[f"_make_{name}"] = one.default_factory
            value = f"_make_{name}()" + (f" if {name} is _NONE else {name}" if one.init else "")
        elif not one.init:
            if one.default is _NONE:
                continue  # `__post_init__` sets it
            value = f"_default_{name}"
        if one.init:
            optional = one.default is not _NONE or one.default_factory is not None
            parameters.append(f"{name}=_default_{name}" if optional else name)
        lines.append(f"_put_{name}(self, {value})" if frozen else f"self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), names)
    function: Callable[..., None] = names["__init__"]
    function.__qualname__ = f"{made.__qualname__}.__init__"
    return function


def replace(one: _T, /, **values: object) -> _T:
    """A record with some other values, as `dataclasses.replace`.  Raises TypeError for names that `__init__` lacks."""
    kind = type(one)
    kept = {name: getattr(one, name) for name, said in _FIELDS[kind].items() if said.init and name not in values}
    return kind(**kept, **values)


class _AsDataclass:
    """The fields for the functions of `dataclasses`, `replace` above all, made when one of these asks."""

    def __get__(self, one: object, kind: type) -> dict[str, Any]:
        from dataclasses import field as of_dataclass
        from dataclasses import fields, make_dataclass

        said = []
        for name, given in _FIELDS[kind].items():
            options: dict[str, Any] = {"init": given.init, "compare": given.compare, "repr": given.repr}
            if given.default_factory is not None:
                options["default_factory"] = given.default_factory
            elif given.default is not _NONE:
                options["default"] = given.default
            said.append((name, kind.__annotations__[name], of_dataclass(**options)))
        found = {known.name: known for known in fields(make_dataclass(kind.__name__, said))}
        setattr(kind, "__dataclass_fields__", found)  # noqa: B010 - of the class
        return found


_AS_DATACLASS = _AsDataclass()


# ---- methods of all records
def _meaning(self: object) -> Any:  # noqa: ANN401 - a value or a tuple of them
    """The values of the fields that are compared."""
    kind = type(self)
    reader = _MEANINGS.get(kind)
    if reader is None:
        reader = _MEANINGS[kind] = attrgetter(*(name for name, one in _FIELDS[kind].items() if one.compare))
    return reader(self)


def _equal(self: object, other: object) -> object:
    return _meaning(self) == _meaning(other) if type(other) is type(self) else NotImplemented


def _hash(self: object) -> int:
    return hash((type(self), _meaning(self)))


def _shown(self: object) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name, one in _FIELDS[type(self)].items() if one.repr)
    return f"{type(self).__qualname__}({shown})"


def _refuse(self: object, name: str, *value: object) -> None:
    raise AttributeError(f"cannot change {name} of a {type(self).__name__}")


def _state(self: object) -> list[object]:
    return [getattr(self, name) for name in _FIELDS[type(self)]]


def _put(self: object, state: list[object]) -> None:
    for name, value in zip(_FIELDS[type(self)], state, strict=True):
        object.__setattr__(self, name, value)
