"""The guarded transport."""
