"""A static site out of the matrix and the history of SUPPORT.md: pages, their data, a feed; nothing runs and nothing
is fetched.
"""
