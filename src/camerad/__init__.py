"""camerad: the camera daemon of a device that watches machines at work."""

__version__ = "0.1.0"
