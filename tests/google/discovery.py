"""Requests and replies checked against the discovery documents that google-api-python-client ships."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import googleapiclient  # type: ignore[import-untyped]

Json = dict[str, Any]
NAMES = {"drive": "drive.v3", "sheets": "sheets.v4", "docs": "docs.v1"}


@dataclass(frozen=True)
class Call:
    """One request that a discovery document allows."""

    api: str
    method_id: str
    path: dict[str, str]
    query: dict[str, list[str]]
    media: bool


class BadRequestError(Exception):
    """The discovery document does not allow this; the reply is 400."""


@cache
def document(name: str) -> Json:
    folder = Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
    found: Json = json.loads((folder / f"{NAMES[name]}.json").read_text(encoding="utf-8"))
    return found


def methods(node: Json) -> list[Json]:
    own = list(node.get("methods", {}).values())
    return own + [method for child in node.get("resources", {}).values() for method in methods(child)]


def match(verb: str, target: str) -> Call | None:
    """The call that a request line makes; None if no path fits; BadRequestError if it is not as documented."""
    parts = urlsplit(target)
    for api in NAMES:
        doc = document(api)
        for method in methods(doc):
            pattern = "/" + doc["servicePath"] + method.get("flatPath", method["path"])
            regex = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/:]+)", re.escape(pattern))
            found = re.fullmatch(regex, parts.path)
            if found and method["httpMethod"] == verb:
                query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
                check_query(doc, method, query)
                path = {name: unquote(value) for name, value in found.groupdict().items()}
                media = query.get("alt") == ["media"]
                if media and not method.get("supportsMediaDownload"):
                    raise BadRequestError("no media here")
                return Call(api, method["id"], path, query, media)
    return None


def check_query(doc: Json, method: Json, query: dict[str, list[str]]) -> None:
    known = doc["parameters"] | method.get("parameters", {})
    for name, values in query.items():
        about = known.get(name)
        if about is None or about.get("location") != "query":
            raise BadRequestError(f"unknown parameter {name}")
        if len(values) > 1 and not about.get("repeated"):
            raise BadRequestError(f"parameter {name} given twice")
        for value in values:
            if about["type"] == "boolean" and value not in ("true", "false"):
                raise BadRequestError(f"{name} is no boolean")
            if about["type"] == "integer" and not re.fullmatch(r"-?\d+", value):
                raise BadRequestError(f"{name} is no integer")
            if "enum" in about and value not in about["enum"]:
                raise BadRequestError(f"{name} has no value {value}")
    missing = [
        n for n, about in known.items() if about.get("required") and about["location"] == "query" and n not in query
    ]
    if missing:
        raise BadRequestError(f"missing {missing[0]}")
    if "fields" in query and query.get("alt") != ["media"]:
        check_mask(doc, method["response"]["$ref"], parse_mask(query["fields"][0]))


def parse_mask(text: str) -> Json:
    """A field mask as nested dicts; an empty dict is the whole field.  No blanks are allowed in it."""
    tokens = re.findall(r"[A-Za-z0-9_*]+|[(),./]", text)
    if "".join(tokens) != text or not text:
        raise BadRequestError("invalid field mask")
    tree, at = _mask(tokens, 0)
    if at != len(tokens):
        raise BadRequestError("invalid field mask")
    return tree


def _mask(tokens: list[str], at: int) -> tuple[Json, int]:
    tree: Json = {}
    while True:
        if at >= len(tokens) or tokens[at] in "(),./":
            raise BadRequestError("invalid field mask")
        node = tree.setdefault(tokens[at], {})
        at += 1
        while at < len(tokens) and tokens[at] in "./":
            if at + 1 >= len(tokens) or tokens[at + 1] in "(),./":
                raise BadRequestError("invalid field mask")
            node = node.setdefault(tokens[at + 1], {})
            at += 2
        if at < len(tokens) and tokens[at] == "(":
            inner, at = _mask(tokens, at + 1)
            if at >= len(tokens) or tokens[at] != ")":
                raise BadRequestError("invalid field mask")
            node.update(inner)
            at += 1
        if at >= len(tokens) or tokens[at] != ",":
            return tree, at
        at += 1


def check_mask(doc: Json, schema: str, mask: Json) -> None:
    _check_fields(doc, doc["schemas"][schema], mask, schema)


def _check_fields(doc: Json, node: Json, mask: Json, where: str) -> None:
    node = node.get("items", node)
    node = doc["schemas"][node["$ref"]] if "$ref" in node else node
    for name, inner in mask.items():
        if name not in node.get("properties", {}):
            raise BadRequestError(f"{where} has no field {name}")
        if inner:
            _check_fields(doc, node["properties"][name], inner, name)


def apply_mask(value: Any, mask: Json) -> Any:
    if not mask:
        return value
    if isinstance(value, list):
        return [apply_mask(item, mask) for item in value]
    return {name: apply_mask(value[name], inner) for name, inner in mask.items() if name in value}


def check_reply(api: str, schema: str, value: object, where: str = "reply") -> None:
    """AssertionError if a reply that a test made up is not of the documented form."""
    properties = document(api)["schemas"][schema].get("properties", {})
    assert isinstance(value, dict), where
    for name, item in value.items():
        assert name in properties, f"{where}: {schema} has no {name}"
        check_value(api, properties[name], item, f"{where}.{name}")


def check_value(api: str, about: Json, value: object, where: str) -> None:
    if "$ref" in about:
        check_reply(api, about["$ref"], value, where)
    elif about["type"] == "array":
        assert isinstance(value, list), where
        for item in value:
            check_value(api, about["items"], item, where)
    elif about["type"] == "object":
        assert isinstance(value, dict), where
        for name, item in value.items():
            if name in about.get("properties", {}):
                check_value(api, about["properties"][name], item, f"{where}.{name}")
            else:
                assert "additionalProperties" in about, f"{where} has no {name}"
    else:
        kinds: dict[str, Any] = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}
        assert isinstance(value, kinds[about["type"]]), where
        assert "enum" not in about or value in about["enum"], where
