"""What may be named as a tree or a file, and what is refused before it is read."""

from __future__ import annotations

import pytest

from convert.failure import Failure
from convert.trees.arguments import MAX_BYTES, source_of


@pytest.mark.parametrize(("zeros", "others"), [(8, 0), (9, 1000), (108, 100_000 - 100)])
def test_a_few_null_characters_are_text(zeros: int, others: int) -> None:
    data = b"\0" * zeros + b"x" * others
    assert source_of("f", data).text.count("x") == others
    with pytest.raises(Failure, match=r"f: a binary file, not a SUPPORT\.md"):
        source_of("f", data + b"\0")


def test_a_file_that_is_too_large() -> None:
    assert len(source_of("f", b"x" * MAX_BYTES).text) == MAX_BYTES
    with pytest.raises(Failure, match=rf"f: larger than {MAX_BYTES >> 20} MiB; that is not a SUPPORT.md"):
        source_of("f", b"x" * (MAX_BYTES + 1))
