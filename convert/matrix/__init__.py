"""All trees side by side, and one feature through time."""
