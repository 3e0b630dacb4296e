"""The tree of files that clients see, over the directories that the configuration names."""

import os
import stat
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Self

from msgspec import Struct

from camerad.errors import (
    Conflict,
    FileExists,
    InsufficientStorage,
    InvalidRequest,
    PermissionDenied,
    RecordingInProgress,
)
from camerad.storage import deletion
from camerad.storage.beneath import Opener, best_opener
from camerad.storage.faults import told_of
from camerad.storage.growing import GrowingFile
from camerad.storage.listing import Listing, list_directory
from camerad.storage.locks import try_lock
from camerad.storage.partial import remove_partials
from camerad.storage.paths import HOME, VirtualPath, parse_path
from camerad.storage.root import Root
from camerad.storage.writer import Target, Writer


class Usage(Struct, frozen=True):
    """Space on the file system of a path, in bytes."""

    total: int
    free: int


class OpenFile(Struct, frozen=True):
    """A regular file, open for reading; who got it closes it."""

    path: VirtualPath
    descriptor: int
    status: os.stat_result
    """As it was when it was opened: a recording grows on."""

    def close(self) -> None:
        os.close(self.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Tree:
    """Every call takes a path as the client wrote it, decoded once, and blocks.

    Paths raise ``InvalidRequest`` and ``PermissionDenied`` as ``parse_path`` says; what the disk
    says comes as ``FileMissing``, ``PermissionDenied`` and so on, and tells of virtual paths only.
    """

    def __init__(
        self, roots: Mapping[str, Path], reserve_bytes: int, opener: Opener | None = None
    ) -> None:
        opener = opener or best_opener()
        self.reserve_bytes = reserve_bytes
        """Free space that no file may use up; can be changed at any time."""
        self._roots = {virtual: Root(real, opener) for virtual, real in roots.items()}
        self._protected: dict[object, tuple[VirtualPath, type[Conflict]]] = {}
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Make missing roots, and clear them of what a killed daemon left; raises ``OSError``."""
        for root in self._roots.values():
            root.make()
            with root.directory(()) as directory:
                remove_partials(directory)

    def covers(self, path: str) -> bool:
        """Whether a path names a root or a place below one."""
        try:
            self._parse(path)
        except PermissionDenied:
            return False
        return True

    def exists(self, path: str) -> bool:
        """Whether something has this name, even if it is nothing that can be opened."""
        return self._exists(self._parse(path))

    def open_read(self, path: str) -> OpenFile:
        parsed = self._parse(path)
        with told_of(parsed):
            # Without O_NONBLOCK a FIFO would wait here for its writer.
            descriptor = self._root(parsed).open(parsed.names, os.O_RDONLY | os.O_NONBLOCK)
        opened = OpenFile(parsed, descriptor, os.fstat(descriptor))
        if stat.S_ISREG(opened.status.st_mode):
            return opened
        opened.close()
        if stat.S_ISDIR(opened.status.st_mode):
            raise InvalidRequest("This is a directory", path)
        raise PermissionDenied("This is no regular file", path)

    def create(self, path: str, *, overwrite: bool = False, size_bytes: int = 0) -> Writer:
        """Begin a file; what can be refused before the first byte is refused here.

        Raises ``FileExists``, ``InsufficientStorage`` if there is no room for ``size_bytes``, and
        ``Conflict`` for a protected file.
        """
        target = self._target(path, overwrite=overwrite)
        target.check()
        return self._begin(target.path, size_bytes, target)

    def stage(self, size_bytes: int = 0) -> Writer:
        """Begin a file that ``aim`` will give a path before its ``commit``.

        It lies where relative paths start or, if there is no room, on another root's disk, where
        its path may lead. Raises ``InsufficientStorage`` if none has room for ``size_bytes``.
        """
        home = self._parse(HOME).root
        refusals = []
        for root in sorted(self._roots, key=lambda root: root != home):
            try:
                return self._begin(VirtualPath(root, ()), size_bytes)
            except InsufficientStorage as refusal:
                refusals.append(refusal)
        raise refusals[0]

    def aim(self, writer: Writer, path: str, *, overwrite: bool = False) -> VirtualPath:
        """Say where a file shall appear, and give it; raises as ``create``."""
        target = self._target(path, overwrite=overwrite)
        writer.aim(target)
        return target.path

    def write(self, path: str, data: bytes, *, overwrite: bool = False) -> None:
        """Make a whole file of ``data``; raises as ``create``."""
        with self.create(path, overwrite=overwrite, size_bytes=len(data)) as writer:
            writer.write(data)
            writer.commit()

    def grow(self, path: str, head: bytes) -> GrowingFile:
        """Make a file of ``head``, durably and at once whole, that will be written to for long.

        Nobody can delete or replace it until it is closed. Raises as ``create``.
        """
        with self.create(path, size_bytes=len(head)) as writer:
            writer.write(head)
            # The duplicate holds the lock by which ``open_abandoned`` knows that somebody writes.
            descriptor = os.dup(writer.fileno())
            try:
                return GrowingFile(writer.commit(), descriptor, self.protect(path))
            except BaseException:
                os.close(descriptor)
                raise

    def open_abandoned(self, path: str) -> GrowingFile | None:
        """Open a file to write to it again, protected; None if somebody writes to it now."""
        parsed = self._parse(path)
        with told_of(parsed):
            flags = os.O_RDWR | os.O_NONBLOCK
            descriptor = self._root(parsed).open(parsed.names, flags)
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and try_lock(descriptor):
            return GrowingFile(parsed, descriptor, self.protect(path))
        os.close(descriptor)
        return None

    def listing(self, path: str, *, recursive: bool = False, suffix: str | None = None) -> Listing:
        """What is in a directory. With a ``suffix`` (``avi`` or ``.avi``), only such files."""
        parsed = self._parse(path)
        with told_of(parsed):
            return list_directory(self._root(parsed), parsed, recursive=recursive, suffix=suffix)

    def delete(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file or, if ``recursive``, a directory with all in it.

        Raises ``PermissionDenied`` for a root, ``DirectoryNotEmpty``, and the ``Conflict`` of a
        protected file that would go with it.
        """
        parsed = self._parse(path)
        if not parsed.names:
            raise PermissionDenied("This directory stays", path)
        self._check_unprotected(parsed)
        with told_of(parsed):
            deletion.delete(self._root(parsed), parsed.names, recursive=recursive)

    def protect(
        self, path: str, refusal: type[Conflict] = RecordingInProgress
    ) -> Callable[[], None]:
        """Refuse to delete or replace a file, which need not exist yet; gives what ends that."""
        key = object()
        protected = self._parse(path), refusal
        with self._lock:
            self._protected[key] = protected

        def release() -> None:
            with self._lock:
                self._protected.pop(key, None)

        return release

    def usage(self, path: str = HOME) -> Usage:
        """The space around a path, or around its root while there is nothing at it."""
        parsed = self._parse(path)
        root = self._root(parsed)
        with told_of(parsed):
            try:
                descriptor = root.open(parsed.names, os.O_PATH)
            except FileNotFoundError:
                root.make()
                descriptor = root.open((), os.O_PATH)
            try:
                status = os.fstatvfs(descriptor)
            finally:
                os.close(descriptor)
        return Usage(status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize)

    def _begin(self, path: VirtualPath, size_bytes: int, target: Target | None = None) -> Writer:
        writer = Writer(self._root(path), path, lambda: self.reserve_bytes)
        try:
            if target is not None:
                writer.aim(target)
            writer.need(size_bytes)
        except BaseException:
            writer.abort()
            raise
        return writer

    def _parse(self, path: str) -> VirtualPath:
        return parse_path(path, self._roots)

    def _root(self, path: VirtualPath) -> Root:
        return self._roots[path.root]

    def _target(self, path: str, *, overwrite: bool) -> Target:
        parsed = self._parse(path)
        if not parsed.names or path.endswith("/"):
            raise InvalidRequest("The path names a directory, not a file", path)
        check = partial(self._check_target, parsed, overwrite=overwrite)
        return Target(self._root(parsed), parsed, overwrite, check)

    def _check_target(self, path: VirtualPath, *, overwrite: bool) -> None:
        self._check_unprotected(path)
        if not overwrite and self._exists(path):
            raise FileExists("There is a file of this name", str(path))

    def _check_unprotected(self, path: VirtualPath) -> None:
        with self._lock:
            protected = list(self._protected.values())
        for other, refusal in protected:
            if other.is_below(path):
                raise refusal("The file is in use", str(other))

    def _exists(self, path: VirtualPath) -> bool:
        with told_of(path):
            try:
                os.close(self._root(path).open(path.names, os.O_PATH | os.O_NOFOLLOW))
            except (FileNotFoundError, NotADirectoryError):
                return False
        return True
