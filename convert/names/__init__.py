"""Which heading or row of one file is which of another: aliases, pairing, likeness."""
