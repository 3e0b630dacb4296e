"""What runs in the device beside camerad, and is no part of it: looks with the device's own clock,
and does to its video nodes what other programs and broken drivers do.

As root, with the standard library only.
"""
