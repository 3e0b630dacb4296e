"""Frames on their way: what a picture is, and the hub that hands the newest one to all who ask."""
