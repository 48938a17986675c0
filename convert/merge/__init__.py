"""The structural three-way merge of SUPPORT files: documents in, a document out; knows neither trees nor refs."""

from convert.merge.chunks import Labels, left_over
from convert.merge.merging import Merged, merge, no_rule
from convert.merge.sequence import Side
from convert.merge.sides import Change, Place, Rule

__all__ = ["Change", "Labels", "Merged", "Place", "Rule", "Side", "left_over", "merge", "no_rule"]
