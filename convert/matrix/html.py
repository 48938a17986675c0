"""Templates of HTML pages, with the hashes that their content security policies name."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


@cache
def template_text(name: str) -> str:
    """A file of templates/matrix."""
    return files("convert").joinpath("templates", "matrix", name).read_text(encoding="utf-8")


def schema(name: str) -> bytes:
    """The JSON Schema of a machine-readable output, `matrix` for example."""
    return files("convert").joinpath("schemas", f"{name}.json").read_bytes()


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
    """A file of our own, put into the page as it is."""
    from markupsafe import Markup

    return Markup(text)


def digest(text: str) -> str:
    """The hash of a style or script as a content security policy names it (CSP 3, `hash-source`)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
