"""What people call a tree: git, refs, versions, maintainers."""
