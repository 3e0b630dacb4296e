"""Whose files the state is."""

import os


def give_to_owner(descriptor: int, directory: os.stat_result) -> None:
    """Make a file that root wrote belong to whoever owns its directory.

    Else ``sudo camerad token add`` would leave a file that the daemon, which runs as a user of
    its own, cannot read.
    """
    if os.geteuid() == 0:
        os.fchown(descriptor, directory.st_uid, directory.st_gid)
