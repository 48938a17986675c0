"""Documents for the comparison with Xen's tools: every block kind after every other, at every indentation, in many scripts."""

from __future__ import annotations

import random
from collections.abc import Iterator

BLOCKS: tuple[str, ...] = (
    "para", "two\nlines", "# H1", "## H2", "### H3", "#", "####### deep", "###Foo", "## Foo", "## Foo 1", "# H {#id}", "# H #",
    '## *e* `c` "q"', "## [link](u)",
    "    Status: Supported", "    Status, x86: Tech Preview\n    Status, Arm: Experimental", "\tStatus, tab: X",
    "    Xen-Version: 4.20\n    Initial-Release: x", "    Functional completeness: No\n    Security supported: Yes",
    "    Supported, x86: bzImage", "    foo", "     Status: five", "    Status:X", "Status: Supported", "   Status, lost: X",
    "* item", "  * item\n    more", "   * item", "- a\n- b", "* a\n\n  para in item", "* a\n    * b", "+   wide", "*    wider",
    "*     code", "*", "* a\n\n\n* b", "  - deep\n      - er", "* a\nlazy", "* a\n```\nx\n```", "- [ ] task", "* # H",
    "```\nStatus: Supported\n```", "~~~\nStatus, f: X\n~~~", "```\nunclosed", "``` {.foo}\nStatus: F\n```", "```{=html}\nx\n```",
    "Term\n: value", "Term\n~ value", "Term\n\n: value", "Term\n: a\n: b", "Term\n:", "Term\n: value\nlazy", "Term\n: v\n\nTerm2\n: w",
    ": x", "~ y", "a\nb\n: c",
    "foo\n===", "bar\n---", "---", "***", "* * *", "_ _ _", "=", "-", "--", "==",
    "1. one", "1) one", "(a) x", "a. x", "A.  x", "i. x", "#. x", "(@) ex", "1. a\n   - b", "2017. x", "p. 3", "1.x",
    "> quote", "| line\n| block", "a | b\n--|--\n1 | 2", "  a   b\n--- ---\n 1   2", "+---+\n| a |\n+---+", "Table: cap",
    "::: foo\nbar\n:::", "::: foo", "<div>\nx\n</div>", "<p>x</p>", "<!-- c -->", "<!-- unclosed", '<a href="x">y</a>', "<b>x</b> y",
    "[^1]: note", "[foo]: http://x", "[foo]", "[foo] bar [baz](u)", "[unclosed", "^[note]", "x^2^ y~2~", "![i](j)", "@foo bar",
    "$x$", "\\foo bar", "\\foo", "\\begin{x}\ny\n\\end{x}", "---\na: b\n---", "%", "% title",
    "foo `code` *emph* **strong** _x_", '"quoted" it\'s -- ... e.g. x', "<http://x>", "foo  \nbar", "foo\\\nbar", "a `unclosed",
    "\\* x", "&amp; x",
)  # fmt: skip

WORDS: tuple[str, ...] = (
    "Foo", "x86/PV", "a_b", "_a_", "*b*", "**c**", "`d e`", '"q r"', "it's", "'s'", "--", "---", "...", "....", "e.g.", "vs.", "i.e. x",
    "a.b", "(x)", "(_x_)", "é", "Ünï", "naïve", "Ελλ", "Σ", "ς", "Привет", "Ядро", "中文", "日本", "½", "²", "№", "a/b", "C++", "C#", "#",
    "##", "{#i}", "{x}", '<a href="u">l</a>', "[l](u)", "<http://x>", "&amp;", "&", "\\_", "\\*", "\\#", '"', "'", "“q”", "‘s’", "’", "a’b",
    "1", "1a", "-a", "-", "_", "*", "***", "__", "a*b*c", "a__b", "ﬁ", "İ", "ß", "\u00a0", "\u200b", "\u2003", "e\u0301", "🙂", "a:b", ":",
    "foo", "Foo 1", "@", "a@b", "~", "^", "$", "%", "!", "|", "=", "+", "Mr. X", "p. 3", "'90s", "d'e'f", "\"'n'\"", "\"a 'b\"", '("x")',
    "-'b'", 'x"y"', "**a*", "_a", "*a **b*", "a`b", "``x`` y", "x\ty", "\\ x", "<", "< b", "a<b", ">", "…", "–", "Ph.D. y",
)  # fmt: skip

# one of each kind, for the pairs
KINDS: tuple[str, ...] = tuple(block for n, block in enumerate(BLOCKS) if n % 2 == 0 or "\n" in block)

_END = "\n\n    Status, z: Z\n"


def pairs() -> Iterator[str]:
    """Every block kind after every other, with and without a blank line, a field below."""
    for first in KINDS:
        for second in KINDS:
            for between in ("\n", "\n\n"):
                yield f"# T\n\n{first}{between}{second}{_END}"


def indented() -> Iterator[str]:
    """Every block kind at indents 0 to 8, below a heading, a paragraph, a list, a field and a definition."""
    for block in BLOCKS:
        for blanks in range(9):
            moved = "\n".join(" " * blanks + line for line in block.split("\n"))
            for above in ("# T\n\n", "# T\n\npara\n", "# T\n\n  * item\n\n", "# T\n\nTerm\n: v\n\n"):
                yield above + moved + _END


def scripts(seed: int, count: int) -> Iterator[str]:
    """Random headings, terms, qualifiers and paragraphs of words with mark-up, in Latin, Greek, Cyrillic and CJK letters."""
    rnd = random.Random(seed)

    def words() -> str:
        return (" " if rnd.random() < 0.7 else "").join(rnd.choice(WORDS) for _ in range(rnd.randint(1, 4)))

    for _ in range(count):
        out = [f"% {words()}\n\n"] if rnd.random() < 0.4 else []
        out.append(f"# {words()}\n\n")
        level = 1
        for _ in range(rnd.randint(1, 5)):
            kind = rnd.random()
            if kind < 0.5:
                level = rnd.randint(1, level + 1)
                out.append(
                    "#" * level + f" {words()}{rnd.choice(['', '', '', ' #', ' ##', ' {#k}', '  ', ' {#k .c}'])}\n\n"
                )
            elif kind < 0.65:
                out.append(f"{words()}\n{words()}\n\n")
            elif kind < 0.8:
                out.append(f"{words()}\n: {words()}\n\n")
            else:
                out.append(f"    Status, {words().replace(':', '')}: {words()}\n\n")
            if rnd.random() < 0.5:
                out.append("    Status: A\n\n")
        yield "".join(out)


def mixed(seed: int, count: int) -> Iterator[str]:
    """Random sequences of blocks at random indents, with and without blank lines."""
    rnd = random.Random(seed)
    for _ in range(count):
        parts = ["# Top\n\n"] if rnd.random() < 0.8 else []
        for _ in range(rnd.randint(1, 6)):
            block = rnd.choice(BLOCKS)
            if rnd.random() < 0.3:
                block += "\n" + rnd.choice(BLOCKS)
            blanks = rnd.choice([0] * 6 + list(range(1, 9)))
            parts.append("\n".join(" " * blanks + line for line in block.split("\n")))
            parts.append(rnd.choice(["\n\n", "\n\n", "\n", "\n\n\n"]))
            if rnd.random() < 0.5:
                parts.append(
                    rnd.choice(["    Status: A\n", "    Status, q: B\n", "para\n", "### S\n"]) + rnd.choice(["\n", ""])
                )
        yield "".join(parts)


LINES = (
    "    Status: A", "    Status, q: B", "\n    Status, s: D\n", "\n    Supported: E\n", "\tStatus: T", "   Status: U", "Status: x", "Foo: bar",
    "\n# H\n", "\n## S\n", "# H", "## S", " # H", "# H #", "#", "##", "####### x", "text", "text", "  more", "   three", "     five",
    "- item", "* it", "+ a", "    - x", "      - y", "- ", "-", "1. x", "A.  x", "Term", ": def", "   : def", "~ x", "`code`", "    other",
    "", "", "", "", "", "  ", "---", "===", "--", "-- --", "* * *", "| a", "a | b", "--|--", "> q", "```", "~~~", "::: x", "\\",
    "'quo", "**b", "<!-- c -->", "[a]: http://x",
)  # fmt: skip


def soup(seed: int, count: int) -> Iterator[str]:
    """Random lines, most documents of a few kinds only: what one line makes of the next."""
    rnd = random.Random(seed)
    for _ in range(count):
        kinds = rnd.sample(LINES, rnd.randint(3, 8)) if rnd.random() < 0.6 else LINES
        lines = [rnd.choice(kinds) for _ in range(rnd.randint(2, 9))]
        yield "\n".join(["# Top", "", *lines, rnd.choice(["", "\n# End\n\n    Status: Z\n"])])


# read otherwise than by Xen's tools once, found among hundreds of thousands of mixed ones
FOUND: tuple[str, ...] = (
    "# Top\n\n  ::: foo\n  bar\n  :::\n  * # H\n\n       - deep\n",
    " ::: foo\n bar\n :::\na. x\n\n        text\n",
    "# Top\n\n\\foo\n1) one\n\n       text\n",
    "# Top\n\n\\foo\n-1\n\n    Status: A\n",
    "   \\foo\n~ y\n\npara\n",
    "# Top\n\n   \\foo\n## S\n\n### T\n\n    Status: A\n",
    "# Top\n\n\\begin{x}\n\\end{x}\n    no literal\n\n## S\n\n    Status: A\n",
    "# <http://x>{#i}\n\n## x <http://x>\n\n    Status: A\n",
    "# a^p. 3^\n\n    Status: A\n",
    "# Top\n\npara\n\n  ~ y\n  -\n*    wider\n    Status: A\n",
    "Term\n\n: value\n  ---\n  a: b\n  ---\n",
    "# Top\n\n    Status, q: B\n\n    a   b\n  --- ---\n   1   2\n",
    "# Top\n\n> quote\n* a\n```\nx\n```\n\npara\n",
    '# Top\n\nTerm\n: <a !href="u">v</a>\n',
    '# Top\n\nTerm\n: <a:href="u">v</a>\n',
    '# Top\n\nTerm\n: <a\u00a0href="u">v</a>\n',
    '# Top\n\nTerm\n: <a ½href="u">v</a\u2003>\n',
    "# a </İb> c\n\n    Status: A\n",
    "# a </@b> c\n\n    Status: A\n",
    "# a\\t\n\n    Xen-Version: 4\n    Initial-Release: 5\n",
    "some [words\n\n# Top\n\nand] more\n\n    Status: A\n",
    "# Top\n\n   +---+\n   | a |\n   +---+\n   * item\n\n       - deep\n           - er\n",
    '# a^"q r"^ ^*b c*^ ~`d e`~\n\n    Status: A\n',
    "# ^\u2003vs.^ ^a^b\n\n    Status: A\n",
    "# Top\n\n--\nA\n\n## H\n\n    Status: A\n\n --\n*x*\n",
    "# Top\n\n--\nA\n\n--\nB\n\n## H\n\n    Status: A\n\n---\n\n## G\n\n    Status: B\n",
    "# Top\n\n    Status: A\n    Status, x: B\n---\n\n## H\n",
    "# Top\n\n    Status: A\n\n     more\n===\n",
    "   * a\n       * b\n\nA.  x\n---\n\npara\n",
    "1. a\nb. x\n---\n",
    "A.  x\n#. z\n---\n",
    "T\n: x\n\n# Top\n\nTerm\n~ x\n-- --\ny\n",
    "# Top\n\n    other\n-- --\n-- --\n-- --\n",
    "# Top\n\na\n-- --\nb\n--\n## S\n\n### T\n\n    Status: A\n",
    "# a {.b@c}\n\n    Status: A\n\n# a {#1}\n\n    Status: A\n\n# a {id=1 .b}\n\n    Status: A\n",
    '# a {b="c}\\"" #d}\n\n    Status: A\n\n# a {é=\'f\'}\n\n    Status: A\n',
    "# Top\n\n```a{b}\n    Status: A\n```\n",
    "# Top\n\n``` a {.b}\n\n    Status: A\n\n```\n",
    "# Top\n\n<!-- a --> b\n: def\n\n# End\n\n    Status: Z\n",
    "# Top\n\nx <p> y\n: def\n: def\n",
)
