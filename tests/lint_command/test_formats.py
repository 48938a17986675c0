"""The machine-readable formats: their exact shape, escaping, and what the published schemas want."""

from __future__ import annotations

import hashlib
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from convert import __version__
from convert.lint.catalogue import known
from tests.lint_command.conftest import GOOD, Box, broken

TEXT = broken("Status, x86: Supported", "Status, x86: supported").replace("Tech Preview\n", "Tech Preview.\n", 1)
SHA = hashlib.sha256(TEXT.encode()).hexdigest()
SCHEMA = Path(__file__).with_name("sarif-schema-2.1.0.json")
TOOL = {"name": "xen-support", "version": __version__}


@pytest.fixture
def two(box: Box) -> Box:
    """A file with two findings, both with fixes."""
    box.write(TEXT)
    assert [line.split()[2] for line in box.lint("--style", "--format", "concise").lines] == ["XS202", "XS206"]
    return box


def test_concise(two: Box) -> None:
    first, second = two.lint("--style", "--format", "concise").lines
    assert first.startswith("SUPPORT.md:23: CHECK: XS202 ")
    assert second == "SUPPORT.md:30: WARNING: XS206 a label has no full stop"
    two.write(broken("Status, x86: Supported", "States, x86: Supported"))
    assert two.lint("--style", "--format", "concise").out.startswith("SUPPORT.md:23: ERROR: XS120 ")


def test_json(two: Box) -> None:
    value = json.loads(two.lint("--style", "--format", "json").out)
    diagnostics = value.pop("diagnostics")
    assert value == {
        "schema": "xen-support.lint/1",
        "tool": TOOL,
        "inputs": [{"name": "SUPPORT.md", "sha256": SHA, "tree": None}],
    }
    assert diagnostics[1] == {
        "path": "SUPPORT.md", "line": 30, "column": 13, "end_line": 30, "end_column": 26, "code": "XS206",
        "name": "label-full-stop", "severity": "warning", "message": "a label has no full stop",
        "fix": {"safe": True, "edits": [{"start": TEXT.index("Preview.") + 7, "end": TEXT.index("Preview.") + 8, "text": ""}]},
        "rows": ["beta"], "instance": "XS206 beta: Tech Preview.", "tree": None,
    }  # fmt: skip


def test_json_offsets_are_bytes(box: Box) -> None:
    text = TEXT.replace("first device", "f\u00efrst d\u00e9vice \U0001f600")
    box.write(text)
    for diagnostic in json.loads(box.lint("--format", "json", "--select", "label-full-stop").out)["diagnostics"]:
        (edit,) = diagnostic["fix"]["edits"]
        data = text.encode()
        assert (
            data[: edit["start"]] + edit["text"].encode() + data[edit["end"] :]
            == text.replace("Preview.", "Preview").encode()
        )


def test_jsonl_is_json_in_lines(two: Box) -> None:
    header, *findings = map(json.loads, two.lint("--style", "--format", "jsonl").lines)
    value = json.loads(two.lint("--style", "--format", "json").out)
    assert {**header, "diagnostics": findings} == value


def sarif(box: Box, *argv: str) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(box.lint("--style", "--format", "sarif", *argv).out)
    return log


def test_sarif(two: Box) -> None:
    log = sarif(two)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(known())
    assert run["artifacts"][0]["hashes"] == {"sha-256": SHA}
    case, stop = run["results"]
    assert rules[stop["ruleIndex"]]["id"] == stop["ruleId"] == "XS206"
    assert (case["level"], stop["level"]) == ("note", "warning")
    region = {"startLine": 30, "startColumn": 13, "endLine": 30, "endColumn": 26}
    assert stop["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "SUPPORT.md", "index": 0},
        "region": region,
    }
    (change,) = stop["fixes"][0]["artifactChanges"]
    region = {"startLine": 30, "startColumn": 25, "endLine": 30, "endColumn": 26}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": ""}}]


def test_sarif_is_valid_by_the_official_schema(two: Box) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
    two.commit(TEXT, "one")
    two.commit(broken("Status, x86: Supported", "\tStates"), "two")
    two.write(GOOD, "a b:c.md")
    two.write("% T\n\n# A\n\n## B\n\n    Status, a\tb: Supported\r\n    Status, \tstgvga\t: Supported\n", "tab.md")
    for argv in (
        (),
        ("a b:c.md", "SUPPORT.md"),
        ("tab.md",),
        ("HEAD~1..HEAD",),
        ("HEAD:SUPPORT.md",),
        (str(two.path / "SUPPORT.md"),),
    ):
        assert [error.message for error in validator.iter_errors(sarif(two, *argv))] == []
    assert list(validator.iter_errors({"version": "2.1.0", "runs": [{}]}))  # the schema can say no


@pytest.mark.parametrize("name", ["a b.md", "a:b.md", "x/a#b?.md", "\u00e9%41.md"])
def test_sarif_paths_are_uris(box: Box, name: str) -> None:
    box.write(TEXT, name)
    location = sarif(box, name)["runs"][0]["artifacts"][0]["location"]["uri"]
    assert unquote(location) == name
    assert not set(location) & set(" #?") and ":" not in location


def test_gitlab(two: Box) -> None:
    entries = json.loads(two.lint("--style", "--format", "gitlab", "./SUPPORT.md").out)
    assert [entry["severity"] for entry in entries] == ["info", "minor"]
    assert entries[1]["location"] == {"path": "SUPPORT.md", "lines": {"begin": 30, "end": 30}}
    assert entries[1]["content_sha256"] == SHA and entries[1]["engine_name"].endswith(__version__)
    assert len({entry["fingerprint"] for entry in entries}) == 2


def test_gitlab_fingerprints_stay_when_lines_move(two: Box) -> None:
    marks = [entry["fingerprint"] for entry in json.loads(two.lint("--style", "--format", "gitlab").out)]
    two.write(TEXT.replace("The first device.", "A new paragraph.\n\nThe first device."))
    assert [entry["fingerprint"] for entry in json.loads(two.lint("--style", "--format", "gitlab").out)] == marks


def test_github_escapes(box: Box) -> None:
    name = "a,b:100%.md"
    box.write(broken("Status, x86: Supported", "Sta%tes, x86: Supported"), name)
    debug, error = box.lint("--format", "github", name).lines
    assert debug.startswith("::debug::xen-support ") and "sha256 " in debug
    properties, _, message = error.removeprefix("::error ").partition("::")
    assert properties.startswith("file=a%2Cb%3A100%25.md,line=23,endLine=23,col=5,endColumn=")
    assert ",title=XS12" in properties
    assert "Sta%25tes" in message


def test_junit(two: Box) -> None:
    two.write(GOOD, "good.md")
    root = ET.fromstring(two.lint("--style", "--format", "junit", "SUPPORT.md", "good.md").data)
    assert (root.tag, root.get("tests"), root.get("failures")) == ("testsuites", "3", "2")
    bad, good = root.findall("testsuite")
    assert [case.get("name") for case in bad.findall("testcase")] == [
        "XS202 label-case line 23",
        "XS206 label-full-stop line 30",
    ]
    failure = bad.findall("testcase")[1].find("failure")
    assert failure is not None and failure.get("type") == "warning"
    assert good.get("failures") == "0" and len(good.findall("testcase")) == 1
    assert {p.get("name"): p.get("value") for p in bad.iter("property")}["sha256"] == SHA


def test_junit_is_xml_whatever_the_file_says(box: Box) -> None:
    box.write(broken("Status, x86: Supported", "Sta<&>\"'\x00\x01\ufffe\U0001f600tes, ]]>: Supported"), 'a<&">.md')
    root = ET.fromstring(box.lint("--format", "junit", 'a<&">.md').data)
    suite = root.find("testsuite")
    assert suite is not None and suite.get("name") == 'a<&">.md'
    assert "\U0001f600" in "".join(str(failure.get("message")) for failure in root.iter("failure"))


def test_no_finding_is_valid_output_too(box: Box) -> None:
    box.write(GOOD)
    assert json.loads(box.lint("--format", "json").out)["diagnostics"] == []
    assert json.loads(box.lint("--format", "gitlab").out) == []
    assert sarif(box)["runs"][0]["results"] == []
    assert len(box.lint("--format", "jsonl").lines) == 1
    assert (box.lint("--format", "text").out, box.lint("--format", "concise").out) == ("", "")


def test_json_is_valid_by_our_schema(two: Box) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    path = Path(__file__).resolve().parents[2] / "convert/schemas/lint.json"
    validator = jsonschema.Draft202012Validator(json.loads(path.read_text()))
    two.commit(GOOD, "one")
    two.commit(TEXT, "two")
    for argv in (("SUPPORT.md",), ("HEAD~1..HEAD",), ("master", "HEAD:SUPPORT.md"), ("--all", "HEAD~1..")):
        value = json.loads(two.lint("--style", "--format", "json", *argv).out)
        assert value["diagnostics"] and [error.message for error in validator.iter_errors(value)] == []
        value["diagnostics"][0].pop("instance")
        assert list(validator.iter_errors(value))
