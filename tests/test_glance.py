"""A draft read at a glance is what it is when it is read in full, or it is not taken; whatever the cells say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from convert.commands import draft as command
from convert.draft import draft, translate
from convert.draft.draft import Made, Shared, make
from convert.draft.translate import Draft
from convert.lint.apart import Apart
from convert.lint.catalogue import chosen
from convert.sheet.categorise import categorise
from convert.sheet.cells import Cell, Row, Run, Tab, Workbook
from convert.sheet.layout import load_layout
from convert.sheet.model import Categorisation, FieldOf, fields_of, rows_of
from grammar import printer
from tests.grammar.documents import WORDS
from tests.helpers.effort import many

TREES = ("master", "4.20", "4.19")
HEAD = ("Section", "Feature", "Variant", "Description", *TREES, "Caveats")
LIMITS = ("Section", "Limit", "Variant", "Unit", *TREES)
SECTIONS = ("Tools", "Tools", "Memory", "Host", "1", "Definitions of words", "Virtual Hardware", "Guest [a]")
NAMES = (
    "xl", "xentop", "CPUs", "Live migration", "Live-migration", "Stgvga", "12", "Feature 1", "feature 1", "A -- B", "x86/PV", "Debugger",
    "xl--x86", "Tools", "Definition of a thing", "C#", "T [a]", 'The "q"',
)  # fmt: skip
STATUSES = (
    "Supported", "Supported", "Supported", "Tech Preview", "Experimental", "Supported, with caveats", "Obsolete", "Expermental", "?", "-",
    "Not supported.", "x86 only", "Supported up to 12 TiB",
)  # fmt: skip
VARIANTS = (None, None, "x86", "x86", "Arm", "ARM", "x86 HVM", "Arm 64", "stgvga")
TEXTS = (
    None, None, "What it is.", "What it is. It has two sentences.", "- one\n- two", "No XSAs for it.", "TODO: say more", "A [a] link, `code`.",
    "1. no list\n# nor heading", "Status: Supported", "See https://example.org/a_b.",
)  # fmt: skip


def tab(title: str, rows: Sequence[tuple[str | None, ...]]) -> Tab:
    return Tab(
        title, tuple(Row(n, tuple(Cell((Run(t),)) if t else None for t in row)) for n, row in enumerate(rows, 1))
    )


def books(seed: int, count: int, *, hostile: bool) -> Iterator[Categorisation]:
    """Workbooks with the same things in several places, in the words of people or (`hostile`) of nobody."""
    rnd = random.Random(seed)

    def words(known: tuple[Any, ...]) -> Any:
        return (
            " ".join(rnd.choices(WORDS, k=rnd.randint(1, 4))) if hostile and rnd.random() < 0.3 else rnd.choice(known)
        )

    for _ in range(count):
        facts: list[tuple[str | None, ...]] = [("Tree", "Xen-Version", "Initial-Release", "Supported-Until")]
        facts += [
            (tree, "4.23-unstable" if tree == "master" else tree, rnd.choice((None, "2025-03-05", "TBD")), None)
            for tree in TREES
        ]
        odd = rnd.random() < 0.4  # in the others lint finds nothing but at the top
        statuses, variants, texts, names = (
            (STATUSES, VARIANTS, TEXTS, NAMES)
            if odd
            else (STATUSES[:6], ("x86", "Arm"), TEXTS[:4], tuple(f"Thing {n}" for n in range(99)))
        )
        rows: list[tuple[str | None, ...]] = [HEAD]
        for n in range(rnd.randint(1, 12)):
            status = rnd.choice(statuses)
            stated = [status if rnd.random() < 0.6 else rnd.choice(statuses) for _ in TREES]
            section = (words(SECTIONS) if odd else f"Part {n}") if n == 0 or rnd.random() < 0.3 else None
            name = words(names) if n == 0 or section or rnd.random() < 0.7 else None
            rows.append(
                (section, name, rnd.choice(variants), words(texts) if name else None, *stated, words(texts[:8]))
            )
        limits: list[tuple[str | None, ...]] = [LIMITS]
        for name in rnd.sample(("Physical Memory", "Guest Memory", "Physical CPUs"), rnd.randint(0, 2)):
            limits.append(("Memory", name, "x86", "GiB", *(rnd.choice(("16", "64", None)) for _ in TREES)))
        tabs = (tab("Trees", facts), tab("Features", rows), *((tab("Limits", limits),) if len(limits) > 1 else ()))
        yield categorise(Workbook("b.xlsx", "xlsx", "0" * 64, tabs), load_layout(None), keep_unknown=True)


def said(made: Made | list[str]) -> object:
    """All that a draft is, or why it is none."""
    if isinstance(made, list):
        return made
    return (
        made.draft.text,
        made.cells,
        list(made.cells),
        made.counts,
        made.findings,
        [(r.keys, r.status) for r in made.rows],
    )


@pytest.mark.parametrize(("hostile", "least"), [(False, 0.35), (True, 0.15)])
def test_a_glance_sees_what_a_reading_sees(hostile: bool, least: float, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_glance, taken = draft._at_a_glance, Counter[bool]()
    for model in books(1, many(400), hostile=hostile):
        lint = command._linter()
        shared = Shared(lint)
        blocked = model.blocked()
        for tree in model.trees:
            if tree.name in blocked:
                continue
            quick: list[Made | None] = []

            def watched(*args: Any, quick: list[Made | None] = quick) -> Made | None:
                quick.append(at_a_glance(*args))
                return quick[-1]

            monkeypatch.setattr(draft, "_at_a_glance", watched)
            found = said(make(model, tree, None, None, shared))
            monkeypatch.setattr(draft, "_at_a_glance", lambda *_: None)
            assert found == said(make(model, tree, None, None, Shared(lint)))
            taken[quick[0] is not None] += 1
    assert taken[True] > least * taken.total() and taken[False], taken


def test_a_wrong_text_is_no_less_refused_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts edited at random once the pieces of another tree are known: refused in the same words, or right."""
    rnd = random.Random(2)
    at_a_glance, real = draft._at_a_glance, translate.translate
    refused = 0
    for model in books(3, many(200), hostile=False):
        if model.blocked():
            continue
        lint = command._linter()
        shared = Shared(lint)
        make(model, model.trees[0], None, None, shared)
        for tree in model.trees:
            right = real(model, tree, None, shared.memo)
            badly = edited(right, rnd)
            monkeypatch.setattr(draft, "translate", lambda *_, badly=badly: badly)
            monkeypatch.setattr(draft, "_at_a_glance", at_a_glance)
            found = make(model, tree, None, None, shared)
            monkeypatch.setattr(draft, "_at_a_glance", lambda *_: None)
            assert said(found) == said(make(model, tree, None, None, Shared(lint))), badly.text
            refused += isinstance(found, list)
    assert refused > many(200)


def edited(right: Draft, rnd: random.Random) -> Draft:
    """A draft with a line, a word or a character of its text changed, lost or twice, or two sections in another order."""
    text = right.text
    lines = text.split("\n")
    at = rnd.randrange(len(lines))
    place = rnd.randrange(len(text))
    sections = text.split("\n\n#")
    one = rnd.randrange(1, len(sections) - 1)
    changed = rnd.choice(
        (
            "\n".join(lines[:at] + lines[at + 1 :]), "\n".join([*lines[: at + 1], *lines[at:]]), text[:place] + text[place + 1 :],
            text[:place] + rnd.choice("a \n#*`[<:") + text[place:], text.replace("Supported", "Deprecated", rnd.randint(1, 3)),
            "\n\n#".join([*sections[:one], sections[one + 1], sections[one], *sections[one + 2 :]]),
            "\n\n#".join([*sections[:one], *sections[one + 1 :]]), "\n\n#".join([*sections[: one + 1], *sections[one:]]),
            text.replace("\n### ", "\n#### ", 1),
        )
    )  # fmt: skip
    return replace(right, text=changed)


@pytest.mark.parametrize("part", ["Tech Preview", "Thing 1", "Its words."])
def test_a_printer_that_errs_in_one_place_is_refused_with_its_cell(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        HEAD,
        *(
            (
                "Tools" if n == 0 else None,
                f"Thing {n}",
                "x86",
                "Its words.",
                "Supported",
                "Supported",
                "Tech Preview",
                None,
            )
            for n in range(3)
        ),
    ]
    facts = [("Tree", "Xen-Version"), *((tree, tree.replace("master", "4.23-unstable")) for tree in TREES)]
    model = categorise(
        Workbook("b.xlsx", "xlsx", "0" * 64, (tab("Trees", facts), tab("Features", rows))), load_layout(None)
    )
    shared = Shared(command._linter())
    assert all(isinstance(make(model, tree, None, None, shared), Made) for tree in model.trees)
    real = printer.Printed.section
    monkeypatch.setattr(printer.Printed, "section", lambda *args: real(*args).replace(part, "Another thing"))
    for fresh in (shared, Shared(command._linter())):
        made = make(model, model.trees[2], None, None, fresh)
        assert isinstance(made, list) and "Features!" in made[0]


def test_what_is_stated_is_told_for_all_trees_at_once() -> None:
    for model in books(4, many(100), hostile=False):
        for section in model.sections:
            for _, feature in section.walk():
                stated = translate._stated(feature)
                for tree in TREES:
                    fields = fields_of(feature, tree)
                    one_by_one = [
                        FieldOf(variant.qualifier, one.value, one.place, one.keyword)
                        for variant in feature.variants
                        if (one := next((s for s in variant.statements if s.tree == tree), None)) is not None
                    ]
                    assert fields == (*one_by_one, *(FieldOf(*row) for n in feature.limits for row in rows_of(n, tree)))
                    assert stated.get(tree, ((), ())) == (
                        tuple((one.qualifier, one.value, one.keyword) for one in fields), tuple(one.place for one in fields),
                    )  # fmt: skip


def test_what_trees_share_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree that says what another one says costs no reading, no printing and no rule."""
    from convert.draft import glance

    rows = [
        HEAD,
        *(
            ("Tools" if n == 0 else None, f"Thing {n}", "x86", "Its words.", *("Supported",) * 3, None)
            for n in range(30)
        ),
    ]
    facts = [("Tree", "Xen-Version"), *((tree, "4.20") for tree in TREES)]
    model = categorise(
        Workbook("b.xlsx", "xlsx", "0" * 64, (tab("Trees", facts), tab("Features", rows))), load_layout(None)
    )
    counts = Counter[str]()

    def counted(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def call(*args: Any, **named: Any) -> Any:
            counts[name] += 1
            return real(*args, **named)

        monkeypatch.setattr(owner, name, call)

    for owner, name in ((glance, "_section"), (Apart, "silent"), (printer, "_heading"), (printer, "_literal")):
        counted(owner, name)
    shared = Shared(command._linter())
    made = make(model, model.trees[0], None, None, shared)
    assert isinstance(made, Made) and counts["_heading"] > 30 and counts["_section"] > 30
    counts.clear()
    assert all(isinstance(make(model, tree, None, None, shared), Made) for tree in model.trees[1:])
    assert counts["_section"] == counts["silent"] == 0
    assert counts["_heading"] <= 2 and counts["_literal"] <= 2  # the release part, which no two trees share


def test_where_a_rule_looks_at_more_the_draft_is_read_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note on style, for example, whose rule says neither `lone` nor `framed`."""
    day = date(2026, 1, 1)
    assert Apart(chosen((), ()), day).able and not Apart(chosen(("XS601",), ()), day).able
    lint = command._linter()
    assert Shared().quick and Shared(lint).quick and not Shared(lint._replace(apart=None)).quick
    monkeypatch.setattr(draft, "_at_a_glance", lambda *_: pytest.fail("not in full"))
    (model, *_) = (found for found in books(5, 9, hostile=False) if not found.blocked())
    make(model, model.trees[0], None, None, Shared(lint._replace(apart=None)))
