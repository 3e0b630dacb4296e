"""The API: routes, and each thing that cuts across them in exactly one file."""
