"""A categorisation becomes validated SUPPORT files."""
