"""The commands of ``camerad``, a module each.

Each adds its parser when the command line is read, and imports what it works with only when it
runs: the others answer at once.
"""
