"""Templates of the HTML pages of a site, and the schemas beside them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from convert.matrix.parts import template_text
from grammar.packaged import packaged

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def schema(name: str) -> bytes:
    """The JSON Schema of a machine-readable output, `matrix` for example."""
    return packaged("convert", "schemas", f"{name}.json")


def render_template(template: str, /, **values: object) -> str:
    """A template filled in; all values are escaped but those that `trusted` made."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    return Environment(
        loader=FunctionLoader(template_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def trusted(text: str) -> Markup:
    """HTML of our own, put into the page as it is."""
    from markupsafe import Markup

    return Markup(text)
