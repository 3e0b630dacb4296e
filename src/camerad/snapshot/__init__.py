"""One picture, taken now, kept as a file."""
