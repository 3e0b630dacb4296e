"""Pixels and JPEG: unpacking, encoding, passing through, drawing."""
