"""What other files say of support."""
