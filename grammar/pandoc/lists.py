"""Words that pandoc's Markdown reader treats in a way of their own."""

from __future__ import annotations

_ABBREVIATIONS = """
    aet. aetat. al. Apr. Aug. bk. Bros. c. Capt. cf. ch. chap. chs. Co. col. Corp. cp. d. Dec. Dr. e.g. ed.
    eds. esp. f. fasc. Feb. ff. fig. fl. fol. fols. Fr. Gen. Gov. Hon. i.e. ill. Inc. incl. Jan. Jr. Jul. Jun.
    Ltd. M.A. M.D. Mar. Mr. Mrs. Ms. n. n.b. nn. No. Nov. Oct. p. Ph.D. pp. Pres. Prof. pt. q.v. Rep. Rev.
    s.v. s.vv. saec. sec. Sen. Sep. Sept. Sgt. Sr. St. univ. viz. vol. vs.
"""
_BLOCK_TAGS = """
    address article aside blockquote body caption center col colgroup dd details dir div dl dt fieldset
    figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html isindex li main meta
    nav noframes ol p pre script section style summary table tbody td template textarea tfoot th thead tr ul
"""
_LINE_TAGS = (
    "canvas dialog embed frame link menu menuitem noscript optgroup option output param source svg title track video"
)
# after these pandoc makes the blank a no-break space (its data file `abbreviations`)
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())
# HTML elements at which pandoc ends a paragraph
BLOCK_TAGS = frozenset(_BLOCK_TAGS.split())
# and those with which a line begins a block
LINE_TAGS = BLOCK_TAGS.union(_LINE_TAGS.split())
