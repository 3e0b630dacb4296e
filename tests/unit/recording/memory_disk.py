"""A disk in memory, which remembers what was written, so that it can be cut off at any moment."""

import errno
import random
from itertools import pairwise

SECTOR = 512


class MemoryDisk:
    """Implements ``Disk``. ``log`` holds every call that changed something, in order."""

    def __init__(self, data=b"", capacity=None):
        self.data = bytearray(data)
        self.capacity = capacity
        self.log = []

    def size(self):
        return len(self.data)

    def read(self, offset, size_bytes):
        return bytes(self.data[offset : offset + size_bytes])

    def write(self, offset, *parts):
        data = b"".join(parts)
        if self.capacity is not None and offset + len(data) > self.capacity:
            apply(self.data, offset, data[: max(0, self.capacity - offset)])
            raise OSError(errno.ENOSPC, "No space left on device")
        self.log.append((offset, data))
        apply(self.data, offset, data)

    def truncate(self, size_bytes):
        self.log.append((size_bytes, None))
        apply(self.data, size_bytes, None)

    def sync(self):
        self.log.append("sync")


def apply(target, offset, data):
    """Do one call of a log."""
    if data is None:
        del target[offset:]
        return
    if len(target) < offset:
        target.extend(bytes(offset - len(target)))
    target[offset : offset + len(data)] = data


def killed(start, log, calls):
    """What a killed process leaves: every call up to there."""
    data = bytearray(start)
    for call in log[:calls]:
        if call != "sync":
            apply(data, *call)
    return bytes(data)


def power_cut(start, log, calls, rng: random.Random):
    """What a power cut leaves: all up to the last sync, and of the calls after it any sectors."""
    synced = max((n + 1 for n in range(calls) if log[n] == "sync"), default=0)
    data = bytearray(killed(start, log, synced))
    likelihood = rng.choice([0, 0.5, 0.9, 1])
    for offset, written in log[synced:calls]:
        if written is None:
            if rng.random() < likelihood:
                apply(data, offset, None)
            continue
        for begin, end in sectors(offset, offset + len(written)):
            if rng.random() < likelihood:
                apply(data, begin, written[begin - offset : end - offset])
    return bytes(data)


def sectors(begin, end):
    """The pieces of a space, cut where a sector of the disk begins."""
    cuts = [begin, *range(begin - begin % SECTOR + SECTOR, end, SECTOR), end]
    return list(pairwise(cuts))
