"""What changed between two SUPPORT files, possible losses first."""
