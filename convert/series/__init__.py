"""Patches that xen-devel can review as they are: which commits, their messages, the mails, and what is wrong with
them.
"""
