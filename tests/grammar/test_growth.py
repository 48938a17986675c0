"""Reading takes as much work a character in a longer text, whatever is in it: counted in steps of the interpreter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import grammar
from grammar.parser import parse
from grammar.source import Source
from grammar.support import refusals
from tests.helpers.steps import steps


def work(text: str) -> int:
    """How many steps of the interpreter grammar/ takes for a text."""
    source = Source("SUPPORT.md", text.encode())
    return steps(lambda: parse(source, prose=False, keep=False), grammar.__path__[0], of="opcode")


def numbered(form: str) -> Callable[[int], str]:
    """A form many times, `@` being a name of its own in each."""
    return lambda count: "".join(form.replace("@", "".join(chr(97 + int(c)) for c in str(n))) for n in range(count))


# a text of a size, and the size; where pandoc backtracks it is small, as all of it is given up beyond
TEXTS: dict[str, tuple[Callable[[int], str], int]] = {
    "quotations that nothing closes": (lambda count: "# " + "'a \"b " * count + "\n", 5),
    "quotations and scripts": (lambda count: "# " + " 'a^b\"" * count + "\n", 6),
    "links that nothing closes": (lambda count: "# " + "[a]( b " * count + "\n", 40),
    "spaces in a link": (lambda count: "# [a](b" + " " * count + "c\n", 100),
    "headings that are text, above lower ones": (lambda count: " # a\n\n" * count + "## b\n\n" * count, 200),
    "code that headings leave open": (lambda count: "".join(f"# a {'`' * n} b\n" for n in range(1, count)), 60),
    "TeX that items leave open": (lambda count: "- \\a{\n" * count, 60),
    "lines below a list in a list": (lambda count: "- " * count + "a\n" + "b\n" * 20 * count, 8),
    "environments that something else ends": (lambda count: numbered("\\begin{@}\n\n")(count) + "\\end{x}\n", 60),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_longer_text_takes_no_more_work_a_character(name: str) -> None:
    make, count = TEXTS[name]
    work(make(count))  # with what is made once
    short, long = make(count), make(2 * count)
    assert work(long) / len(long) <= 1.25 * work(short) / len(short)


def more(make: Callable[[int], str], run: Callable[[str], int] = work) -> float:
    """How much work one more of many is."""
    run(make(1))
    return (run(make(60)) - run(make(20))) / 40


def test_a_list_that_is_an_item_takes_less_work_than_an_item() -> None:
    item = more("- a\n".__mul__)
    assert more((20 * "- " + "- a\n").__mul__) <= item + 20 * item / 2


def test_equal_words_are_scanned_once() -> None:
    assert more("`a` `b` `c`\n\n".__mul__) <= 1.25 * more("a\n\n".__mul__)


def test_equal_blocks_are_held_against_the_grammar_once() -> None:
    def held(text: str) -> int:
        return steps(lambda: refusals(text), grammar.__path__[0], of="opcode")

    for block in ("- a\n" * 20, "a\n= `b`\n- c\n" * 7, "- a `b` [c](d) <e\n" * 5):
        assert more(f"{block}\n".__mul__, held) <= 2 * more("[a]\n\n".__mul__, held)  # which is not evident
        assert more(f"{block}[^\n\n".__mul__, held) <= 2 * more("[^\n\n".__mul__, held)
