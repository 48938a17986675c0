"""The structural merge, with git for the words of one paragraph."""

from __future__ import annotations

from functools import partial

from convert.merge import merge as merge_documents
from convert.trees import git

merge = partial(merge_documents, merge_text=git.merge_file)
