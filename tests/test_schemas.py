"""Every machine-readable output has a schema in convert/schemas, and what the commands print is of it; their shapes are kept.

When a shape of the last release is given up, its number is raised: CONTRIBUTING, "Schemas".
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from convert import __version__, cli
from convert.packaging.manual import every
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.formats import snapshot
from tests.helpers.repositories import Commit, build
from tests.helpers.shapes import RECORDED, recorded, shapes
from tests.matrix.making import makefile, support
from tests.xsa import world as mill

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "convert/schemas").glob("*.json"))}
# ours alone, in refs/xen-support/ and in the folder of git: no output
KEPT = {"base", "published", "release-note", "series", "update"}
# of others: no `schema` field in them
FOREIGN = {"endoflife", "lint-gitlab"}

FEATURES = """
## Host

### CPUs

Words.

    Status, x86: Supported up to 4096
    Status, x86, regularly tested: Up to 512 GiB
    Status, Arm: Supported, with caveats

But not with `nested`.

### Credit Scheduler

    Status: Supported

### Bitmaps

    Supported, x86: bzImage, ELF
"""
EXTRA = "export XEN_EXTRAVERSION ?= .1-pre$(XEN_VENDORVERSION:@VENDORVERSION@=)\n"
KCONFIG = 'config SCHED_CREDIT\n\tbool "Credit scheduler (UNSUPPORTED)" if UNSUPPORTED\n\thelp\n\t  One.\n'


@dataclass(frozen=True)
class Place:
    """A repository of xen's shape, a workbook, a folder of advisories, and where a run may write."""

    xen: Path
    book: Path
    mill: mill.World
    out: Path

    def words(self, line: str) -> list[str]:
        names = {"XEN": self.xen, "BOOK": self.book, "MILL": self.mill.repo, "XSAS": self.mill.public, "OUT": self.out}
        return [
            re.sub(r"^[A-Z]+(?=$|/)", lambda found: str(names.get(found[0], found[0])), word) for word in line.split()
        ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    top = tmp_path_factory.mktemp("schemas")
    old = FEATURES.replace("Supported up to 4096", "Supported up to 255").replace("### Credit", "### Null")
    xen = build(
        top / "xen",
        [
            Commit("old", {"SUPPORT.md": support("4.20", old), "xen/Makefile": makefile("4.20") + EXTRA}, "stable-4.20", "RELEASE-4.20.0"),
            Commit("new", {"SUPPORT.md": support("4.21-unstable", FEATURES), "xen/Makefile": makefile("4.21")}, "master"),
            Commit("kconfig", {"xen/common/Kconfig": KCONFIG, "xen/Kconfig": 'source "common/Kconfig"\n'}, "master"),
            Commit("bad", {"SUPPORT.md": support("4.21-unstable", FEATURES + "\n### X\n\n    Sttaus: X\n    Status: Suported\n")}, "bad"),
        ],
    )  # fmt: skip
    (top / "book").mkdir()
    for name, rows in (
        ("Trees", (("Tree", "Branch", "Xen-Version"), ("4.20", "stable-4.20", "4.20"), ("4.7", "nowhere", "4.7"))),
        ("Features", (("Section", "Feature", "Variant", "4.20", "4.7"), ("Host", "CPUs", "x86", "Tech Preview", "-"),
                      ("Host", "Lamps", "", "Supported", "Supported"))),
    ):  # fmt: skip
        with (top / "book" / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    return Place(xen, top / "book", mill.build(top / "mill"), top / "out")


# the command and its arguments; the exit status; one for each shape that it prints, at least
RUNS = (
    ("show 4.20 --repo XEN", 0),
    ("show bad --repo XEN", 1),
    ("lint 4.20 bad --style --against supported --repo XEN", 1),
    ("lint stable-4.20..master --all --style --repo XEN", 0),
    ("diff 4.20 master --repo XEN", 1),
    ("update BOOK --plan --repo XEN", 1),
    ("release branch --tree master --version 4.22 --plan --repo XEN", 1),
    ("release extend --tree 4.20 --reason because --plan --repo XEN", 0),
    ("release --check 4.20 master --repo XEN", 1),
    ("trees --repo XEN", 0),
    ("matrix 4.20 master --repo XEN", 0),
    ("query --repo XEN --status Supported", 0),
    ("history cpus --repo XEN", 0),
    ("blame master --repo XEN", 0),
    ("sources master --repo XEN", 1),
    ("xsa list --from XSAS", 0),
    ("xsa compare XSAS XSAS", 0),
    (f"xsa check stable-4.30 --repo MILL --from XSAS --today {mill.TODAY}", 2),
    (f"xsa log RELEASE-4.30.0..stable-4.30 --repo MILL --from XSAS --today {mill.TODAY}", 0),
    ("xsa support --repo XEN", 0),
)


def formats(parser: argparse.ArgumentParser) -> list[str]:
    """The values of --format."""
    return [
        choice for action in parser._actions if "--format" in action.option_strings for choice in action.choices or ()
    ]


def errors(value: Any) -> list[str]:
    """What is wrong with a value, by the schema that it names."""
    name = str(value["schema"]).removeprefix("xen-support.").partition("/")[0]
    return [
        f"{found.json_path}: {found.message[:200]}" for found in Draft202012Validator(SCHEMAS[name]).iter_errors(value)
    ]


def printed(place: Place, capsys: pytest.CaptureFixture[str], line: str, form: str = "json") -> tuple[int, str, str]:
    status = cli.main([*place.words(line), "--format", form])
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.mark.parametrize(("line", "status"), RUNS)
def test_what_is_printed_is_of_its_schema(
    place: Place, capsys: pytest.CaptureFixture[str], line: str, status: int
) -> None:
    got, out, err = printed(place, capsys, line)
    value = json.loads(out)
    assert errors(value) == []
    assert got == status, err
    assert value["tool"] == {"name": "xen-support", "version": __version__}
    names = [word for word in line.split() if word.isalpha() and word.islower()]
    assert value["schema"].removeprefix("xen-support.").partition("/")[0] in {names[0], "-".join(names[:2]), "plan"}


def test_every_command_that_prints_json_is_run() -> None:
    can = {name for name, parser in every(cli.build_parser()) if "json" in formats(parser)}
    ran = {" ".join(line.split()[: 2 if line.startswith("xsa") else 1]) for line, _ in RUNS}
    assert can == ran


def test_lines_are_the_json_in_parts(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = printed(place, capsys, "lint bad --repo XEN", "jsonl")
    header, *findings = map(json.loads, out.splitlines())
    assert status == 1 and findings and errors({**header, "diagnostics": findings}) == []


def test_a_report_for_gitlab(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    value = json.loads(printed(place, capsys, "lint bad --style --repo XEN", "gitlab")[1])
    assert len(value) > 1 and list(Draft202012Validator(SCHEMAS["lint-gitlab"]).iter_errors(value)) == []


def test_what_is_written_is_of_its_schema(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(place.words("draft BOOK -o OUT/drafts")) == 0
    assert cli.main(place.words("matrix --site OUT/site --repo XEN")) == 0
    assert cli.main(place.words("lint bad --repo XEN --write-baseline OUT/baseline.json")) in (0, 1)
    tabs = (Tab("T", (Row(1, (Cell((Run("a"),)),)),)), Tab("U", (), section="S", hidden_columns=frozenset({2})))
    meta = snapshot.Meta("https://example.org", "id", "type", "", "", "")
    snapshot.write(place.out / "snapshot", Workbook("Sheet", "google", "0" * 64, tabs), meta)
    capsys.readouterr()
    seen = set()
    for path in sorted(place.out.rglob("*.json")):
        value = json.loads(path.read_text())
        if isinstance(value, dict) and "schema" in value:
            assert errors(value) == [], path
            seen.add(value["schema"].partition(".")[2])
    assert {
        "provenance/1",
        "site/1",
        "matrix/1",
        "feature/1",
        "tree/1",
        "site-files/1",
        "baseline/2",
        "snapshot/1",
    } <= seen
    dates = json.loads((place.out / "site/endoflife.json").read_text())
    assert dates and list(Draft202012Validator(SCHEMAS["endoflife"]).iter_errors(dates)) == []


def test_every_schema_that_the_code_names_has_a_file() -> None:
    text = "\n".join(path.read_text() for top in ("convert", "grammar") for path in (ROOT / top).rglob("*.py"))
    named = dict(sorted(set(re.findall(r'"xen-support\.([a-z-]+)/([0-9]+)"', text))))
    numbers = {name: int(number) for name, number in named.items()}
    assert set(numbers) - KEPT == set(SCHEMAS) - FOREIGN - {"baseline"} | {"baseline"}
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:xen-support:schema:{name}:{numbers.get(name, 1)}"
        if name not in FOREIGN:
            consts = set(re.findall(r'"const": "(xen-support\.[^"]+)"', json.dumps(schema)))
            assert consts == {f"xen-support.{name}/{numbers[name]}"}


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """All parts of a schema that describe an object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_field_more_or_less_is_noticed(name: str) -> None:
    """No object is open by oversight: what it may hold is listed, or the type of all values is given."""
    for found in objects(SCHEMAS[name]):
        assert found.get("additionalProperties") is not None, found
        assert set(found.get("required", ())) <= set(found.get("properties", ()))


@pytest.mark.parametrize("line", ["show bad --repo XEN", "update BOOK --plan --repo XEN"])
def test_the_schemas_can_say_no(place: Place, capsys: pytest.CaptureFixture[str], line: str) -> None:
    good = json.loads(printed(place, capsys, line)[1])
    for key in good:
        assert errors({**good, key: 7}) if key != "schema" else True
        assert key == "schema" or errors({k: v for k, v in good.items() if k != key})
    assert errors({**good, "more": 1})


@pytest.mark.parametrize("name", SCHEMAS)
def test_shapes_of_the_last_release_are_kept(name: str) -> None:
    """A field that is gone, of another type or no longer always there breaks who reads it: that wants the next number."""
    before = recorded().get(name, {})
    now = shapes(SCHEMAS[name])
    if before.get("$id") == now["$id"]:
        lost = {path: what for path, what in before.items() if now.get(path) != what}
        assert lost == {}, f"raise the number of {name}, or see CONTRIBUTING on {RECORDED.name}"


def test_a_shape_that_changes_is_noticed() -> None:
    def changed(**more: Any) -> dict[str, str]:
        return shapes({**SCHEMAS["show"], **more})

    schema, now = SCHEMAS["show"], changed()
    assert changed(required=["schema"])[".title"] == "null? string?" != now[".title"]
    assert ".title" not in changed(
        properties={key: value for key, value in schema["properties"].items() if key != "title"}
    )
    assert changed(properties={**schema["properties"], "more": {"type": "string"}}) | now == now | {".more": "string?"}
