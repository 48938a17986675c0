"""Kconfig: what is read, what it says, and what becomes of it beside the rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convert.names.aliases import Alias, Aliases
from convert.sources import kconfig, match
from convert.sources.kconfig_reader import Reader
from convert.sources.mapping import shipped
from convert.sources.rows import Rows
from grammar.parser import parse
from grammar.rows import read_rows
from grammar.source import Source
from tests.sources.trees import COMMON, KCONFIG, SUPPORT, rows


def said() -> dict[str, kconfig.Said]:
    return {one.name: one for one in kconfig.read(KCONFIG)}


def found(texts: dict[str, str], support: str = SUPPORT) -> dict[str, list[tuple[str, str | None]]]:
    out: dict[str, list[tuple[str, str | None]]] = {}
    for finding in match.kconfig(kconfig.read(texts), rows(support), shipped()):
        out.setdefault(finding.statement.subject, []).append((finding.kind, finding.row))
    return out


def with_common(text: str) -> dict[str, str]:
    return {**KCONFIG, "xen/common/Kconfig": text}


def test_what_each_option_says() -> None:
    assert {name: one.says for name, one in said().items()} == {
        "NEW_VGIC": "not security supported",
        "HAS_ITS": "UNSUPPORTED",
        "TBOOT": "UNSUPPORTED",
        "SCHED_CREDIT": None,  # a menu that is shown to experts alone says nothing of what is in it
        "SCHED_ARINC653": "UNSUPPORTED",
        "SCHED_NULL": "EXPERIMENTAL",
        "STATIC_MEMORY": "UNSUPPORTED",
        "STATIC_SHM": "UNSUPPORTED",  # by what it depends on
        "GRANT_TABLE": None,  # on by default
        "LIVEPATCH": None,
        "LAST_RESORT": "EXPERT only",
        "ARM_SMMU": None,
        "ARM_SMMU_V3": "EXPERIMENTAL",
        "SECOND": "UNSUPPORTED",  # the one member of a choice that says something
        "GDBSX": None,
        "HAS_NS16550": None,
        "HAS_MESON": None,
    }


@pytest.mark.parametrize(
    ("old", "new", "name", "says"),
    [
        ("visible if EXPERT", "visible if UNSUPPORTED", "SCHED_NULL", "UNSUPPORTED"),  # a whole menu
        ("visible if EXPERT", "depends on UNSUPPORTED", "SCHED_NULL", "UNSUPPORTED"),
        ("visible if EXPERT", 'prompt "x" if UNSUPPORTED', "SCHED_NULL", None),  # no attribute of a menu
    ],
)
def test_what_a_menu_says_of_its_options(old: str, new: str, name: str, says: str | None) -> None:
    text = COMMON.replace(' (EXPERIMENTAL)"', '"').replace(old, new)
    assert {one.name: one.says for one in kconfig.read(with_common(text))}[name] == says


@pytest.mark.parametrize(
    ("default", "on"),
    [
        ("y", ("arm", "x86")),
        ("y if X86", ("x86",)),
        ("X86 if ARM", ()),
        ("y if ARM && !X86", ("arm",)),
        ("n if X86", ()),
    ],
)
def test_a_default_under_a_condition(default: str, on: tuple[str, ...]) -> None:
    text = COMMON.replace("default X86", f"default {default}")
    assert sorted({one.name: one.on for one in kconfig.read(with_common(text))}["LIVEPATCH"]) == sorted(on)


def test_places_architectures_and_defaults() -> None:
    options = said()
    assert str(options["SCHED_ARINC653"].place) == "xen/common/Kconfig:12"
    assert options["LIVEPATCH"].on == ("x86",) and set(options["LIVEPATCH"].architectures) == {"x86", "arm"}
    assert options["ARM_SMMU"].architectures == ("arm",) == options["ARM_SMMU"].on
    assert options["HAS_NS16550"].architectures == ("arm",)
    assert options["SCHED_ARINC653"].on == ()
    assert options["GDBSX"].developers and not options["LIVEPATCH"].developers


def test_held_against_rows() -> None:
    assert found(KCONFIG) == {
        "NEW_VGIC": [("missing", None)],
        "HAS_ITS": [("missing", None)],
        "TBOOT": [("missing", None)],
        "SCHED_ARINC653": [("contradiction", "arinc653-scheduler")],
        "SCHED_NULL": [("agrees", "null-scheduler")],  # `Expermental` is read as people mean it
        "STATIC_MEMORY": [("missing", None)],
        "STATIC_SHM": [("missing", None)],
        "LIVEPATCH": [("unmarked", "live-patching--arm")],
        "LAST_RESORT": [("missing", None)],
        "ARM_SMMU": [("unmarked", "iommu--arm-smmuv1")],
        "ARM_SMMU_V3": [("label", "iommu--arm-smmuv3")],
        "SECOND": [("missing", None)],
        "HAS_MESON": [("missing", None)],  # the other drivers of its kind are listed
    }


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("Shiny UART: Supported", []),
        ("Shiny UART: Experimental", [("unmarked", "host-serial-console--shiny-uart")]),
        ("Shiny UART (ARM): Experimental", [("unmarked", "host-serial-console--shiny-uart-arm")]),
        ("Shiny: Experimental", [("missing", None)]),
    ],
)
def test_one_of_a_list_that_the_map_does_not_know(row: str, wanted: list[tuple[str, str | None]]) -> None:
    texts = {**KCONFIG, "xen/drivers/char/Kconfig": 'config HAS_SHINY\n\tbool "Shiny UART driver (new)"\n\tdefault y\n'}
    support = SUPPORT.replace("    Status, NS16550: Supported\n", f"    Status, {row}\n")
    assert found(texts, support).get("HAS_SHINY", []) == wanted


def test_the_section_of_what_is_missing() -> None:
    lines = {f.statement.subject: f.section for f in match.kconfig(kconfig.read(KCONFIG), rows(), shipped())}
    text = SUPPORT.split("\n")
    assert lines["HAS_MESON"] == text.index("### Host serial console") + 1
    assert lines["NEW_VGIC"] == text.index("## Kconfig") + 1


@pytest.mark.parametrize(
    ("old", "new", "name", "kinds"),
    [
        ('"For planes (UNSUPPORTED)" if UNSUPPORTED', '"For planes"', "SCHED_ARINC653", None),
        ('"For planes (UNSUPPORTED)" if UNSUPPORTED', '"For planes (TECH PREVIEW)"', "SCHED_ARINC653", ["contradiction"]),
        ("(EXPERIMENTAL)", "(TECH PREVIEW)", "SCHED_NULL", ["label"]),
        ("The driver is in an experimental stage.", "It works.", "ARM_SMMU_V3", ["agrees"]),
        ('"Patching of what runs"', '"Patching of what runs (UNSUPPORTED)"', "LIVEPATCH", ["contradiction"]),
        ("\tdefault y\n\nconfig SCHED_A", "\thelp\n\t  It is no longer security\n\t  supported.\n\nconfig SCHED_A", "SCHED_CREDIT", ["missing"]),
    ],
)  # fmt: skip
def test_one_change(old: str, new: str, name: str, kinds: list[str] | None) -> None:
    assert old in COMMON
    kinds_now = [kind for kind, _ in found(with_common(COMMON.replace(old, new))).get(name, [])]
    assert kinds_now == (kinds or [])


def test_a_new_option_that_the_map_does_not_know_is_missing_until_a_row_has_its_name() -> None:
    texts = with_common(COMMON + 'config SHINY\n\tbool "Shiny things (UNSUPPORTED)" if UNSUPPORTED\n')
    assert found(texts)["SHINY"] == [("missing", None)]
    support = SUPPORT.replace(
        "## Virtual Hardware", "### Shiny things\n\n    Status: Experimental\n\n## Virtual Hardware"
    )
    assert found(texts, support)["SHINY"] == [("agrees", "shiny-things")]


def test_a_name_that_another_file_has_too() -> None:
    texts = with_common(COMMON.replace("config HAS_IOMMU\n\tbool\n", "config ACPI\n\tbool\n"))
    texts["xen/arch/arm/Kconfig"] += 'config ACPI\n\tbool "Tables (UNSUPPORTED)" if UNSUPPORTED\n'
    support = (
        SUPPORT
        + "\n## Host\n\n### Host ACPI (via Domain 0)\n\n    Status, x86 PV: Supported\n    Status, ARM: Experimental\n"
    )
    assert found(texts, support)["ACPI"] == [("agrees", "host-acpi-via-domain-0--arm")]


def test_a_heading_that_goes_by_another_name() -> None:
    aliases = Aliases((Alias("Aviation Scheduler", "ARINC653 Scheduler"),))
    source = Source("SUPPORT.md", SUPPORT.replace("ARINC653 Scheduler", "Aviation Scheduler").encode())
    document = parse(source, prose=False).document
    known = Rows(source, document, read_rows(document, source).rows, aliases)
    (arinc,) = [
        f for f in match.kconfig(kconfig.read(KCONFIG), known, shipped()) if f.statement.subject == "SCHED_ARINC653"
    ]
    assert (arinc.kind, arinc.row) == ("contradiction", "aviation-scheduler")


def test_nothing_of_a_tree_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kconfig.read(KCONFIG)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        'source "Kconfig"\n' * 3,
        "if A\n" * 3000 + "config B\n\tbool \"B\"\n",
        "config A\n\tbool \"A\"\n\tselect B\nconfig B\n\tbool\n\tselect A\n\tdefault A\n",
        "config A\n\tbool \"A\"\n\tdepends on A\n",
        "endmenu\nendif\nendchoice\nhelp\n\tx\n",
        "choice\nendchoice\nchoice\nconfig\n\tbool \"\"\n",
        "config A\n\tbool \"A\" if " + "(" * 10000 + "\n",
        "if A\n" * 20000 + 'config B\n\tbool "x"\n' * 2000,
        'menu "a"\n\tdepends on A\n' * 3000 + 'config B\n\tbool "x"\n' * 3000,
        "".join(f'config A{n}\n\tbool "x"\n\tselect A{n + 1}\n\tdefault A{n + 1}\n' for n in range(3000)),
        'config A\n\tbool "x"\n\tselect A\n\tdepends on A && B\n' * 5000,
        ("x" * 100 + "\\\n") * 20000,
        "\0\xff config \n\tbool \\\n\\\n",
        "config " + "A" * 100000 + "\n\tbool \"x\" if " + "A && " * 900 + "A\n",
    ],
)  # fmt: skip
def test_hostile_files_are_read_to_their_end(text: str) -> None:
    kconfig.read({"xen/Kconfig": text})


@given(
    st.lists(st.sampled_from([*COMMON.split("\n"), "if A", "endif", "choice", "endchoice", "help", "  x"]), max_size=40)
)
def test_lines_in_any_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    for one in kconfig.read({"xen/Kconfig": text}):
        assert 1 <= one.place.line <= len(lines) + 1
    names = [option.name for option in Reader({"xen/Kconfig": text}, "arm").options if option.name]
    assert len(names) == sum(line.startswith("config ") for line in _outside_help(lines))


def _outside_help(lines: list[str]) -> list[str]:
    """The lines that are none of a help text: `config` is never indented here, so none is swallowed."""
    return [line for line in lines if line and not line[0].isspace()]
