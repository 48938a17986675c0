"""The release part of SUPPORT.md: what branching, candidates, a release and an extension change in it, and the gate
before a tag.
"""
