"""Tuples whose items have names: what `typing.NamedTuple` does, for what every start of the command needs.

`typing` compiles the type of each field, and `collections.namedtuple` a `__new__` of each class: for the fifty of them
in a start of `lint` that took nearly as long as the bare interpreter.  Here `__new__` is compiled when the first tuple
of a class is made.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

try:  # as `collections.namedtuple` has it; the other one is slower
    from _collections import _tuplegetter  # type: ignore[import-not-found]
except ImportError:

    def _tuplegetter(index: int, doc: str) -> Any:  # noqa: ANN401
        return property(itemgetter(index), doc=doc)


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:

    class _Named:
        """Stands in the bases of a class of named tuples."""

        def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
            return (_Class,)

    NamedTuple = _Named()


class _Maker(type):
    """Makes the class: a tuple with a property for each annotated name."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:  # noqa: ANN401 - any class
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body.pop(field) for field in fields if field in body}

        def first(kind: type, *values: object, **named: object) -> object:
            written = _constructor(fields, defaults)
            setattr(made, "__new__", staticmethod(written))  # noqa: B010 - of the class
            return written(kind, *values, **named)

        items = {field: _tuplegetter(n, f"Item {n}.") for n, field in enumerate(fields)}
        own = {"_fields": fields, "_field_defaults": defaults, "__match_args__": fields, "__new__": first}
        made = type(name, (tuple,), {"__slots__": (), **items, **own, **_METHODS, **body})
        return made


_Class = _Maker("_Class", (), {})


def _constructor(fields: tuple[str, ...], defaults: dict[str, Any]) -> Any:  # noqa: ANN401 - takes what the fields take
    parameters = ", ".join(f"{field}=_default_{field}" if field in defaults else field for field in fields)
    names = {"_new": tuple.__new__, **{f"_default_{field}": value for field, value in defaults.items()}}
    exec(f"def __new__(_cls, {parameters}):\n return _new(_cls, ({''.join(f'{field}, ' for field in fields)}))", names)
    return names["__new__"]


# ---- methods of all named tuples, with the names that `collections.namedtuple` gives them
def _make(kind: Any, values: Any) -> Any:  # noqa: ANN401
    return kind(*values)


def _asdict(self: Any) -> dict[str, Any]:  # noqa: ANN401
    return dict(zip(self._fields, self, strict=True))


def _replace(self: Any, /, **changes: Any) -> Any:  # noqa: ANN401
    return type(self)(**{**dict(zip(self._fields, self, strict=True)), **changes})


def _shown(self: Any) -> str:  # noqa: ANN401
    return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in zip(self._fields, self, strict=True))})"


def _items(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(self)


_METHODS = {
    "_make": classmethod(_make), "_asdict": _asdict, "_replace": _replace, "__repr__": _shown, "__getnewargs__": _items,
}  # fmt: skip
