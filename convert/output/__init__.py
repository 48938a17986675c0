"""What people see: the terminal, files, progress."""
