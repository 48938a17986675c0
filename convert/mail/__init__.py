"""Mails: subjects, bodies, recipients."""
