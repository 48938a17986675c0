"""The catalogue of what is said about a workbook: every entry has its reason, and examples that hold."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from convert.lint.catalogue import Known, everything
from convert.sheet.categorise import categorise
from convert.sheet.layout import load_layout
from convert.sheet.standing import row_key
from tests.sheet.builders import book

_PARTS = re.compile(r"(?P<why>.*?)\n\s*Bad:(?P<bad>.*?)\n\s*Good:(?P<good>.*)", re.S)


def example(text: str, tmp_path: Path) -> set[str]:
    """The codes that an example draws."""
    head, _, body = text.partition("\n")
    body = dedent(body)
    layout = None
    if "layout" in head:
        settings, _, body = body.partition("\n---\n")
        path = tmp_path / "example.toml"
        path.write_text(settings, encoding="utf-8")
        layout = load_layout(path)
    tree = {row_key(("Tools", "xl"), None): {"Support scope restricted": "Status"}} if "standing" in head else {}
    found = categorise(
        book(body), layout or load_layout(None), keep_unknown="--keep-unknown" in head, look=lambda _: tree
    )
    return {p.code for p in found.problems}


PROBLEMS = [entry for entry in everything().values() if entry.code.startswith("XS8")]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_the_bad_example_draws_it_and_the_good_one_does_not(problem: Known, tmp_path: Path) -> None:
    parts = _PARTS.fullmatch(problem.doc)
    assert parts is not None
    assert len(parts["why"].split()) >= 5
    assert problem.code in example(parts["bad"], tmp_path)
    assert problem.code not in example(parts["good"], tmp_path)
