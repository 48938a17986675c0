"""New drafts merged into the trees' branches of a git repository: plan, apply, and what waits for a person."""
