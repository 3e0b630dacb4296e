"""The cameras of the command line, built, numbered, and followed as they come and go."""
