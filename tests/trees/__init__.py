"""Names of trees, and what a tree is on a day."""
