"""Which Xen Security Advisories are in which tree: sources, patches, commits, verdicts."""
