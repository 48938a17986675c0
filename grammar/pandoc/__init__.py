"""How pandoc reads what people wrote; imported inside grammar alone."""
