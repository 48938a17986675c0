"""The merge as the commands call it: git merges the words of a paragraph."""

from __future__ import annotations

from functools import partial

from convert.merge import merge as merge_documents
from convert.trees.git import merge_file

merge = partial(merge_documents, merge_text=merge_file)
