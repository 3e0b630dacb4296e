"""The grammar of the paths that clients see.

One virtual tree stands for the directories that the configuration names. A path is a string that
the HTTP layer has decoded exactly once; its form is checked here, and what it leads to is decided
by the kernel when it is opened.
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from camerad.errors import InvalidRequest, PermissionDenied
from camerad.storage.partial import PREFIX

HOME: Final = "/media/data"
"""Where relative paths start."""

# Control characters, halves of characters, and what separates names, here or where clients run.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff/\\]")
_MAX_PATH_BYTES = 4095
_MAX_NAME_BYTES = 255


class VirtualPath(Struct, frozen=True):
    """A root, and the names below it: ``/media/data`` and ``("recordings", "a.avi")``."""

    root: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join((self.root, *self.names))

    @property
    def parent(self) -> "VirtualPath":
        """The directory above; a root is its own."""
        return VirtualPath(self.root, self.names[:-1])

    @property
    def name(self) -> str:
        """The last name; empty for a root."""
        return self.names[-1] if self.names else ""

    def is_below(self, other: "VirtualPath") -> bool:
        """Whether this is ``other`` or inside it."""
        return self.root == other.root and self.names[: len(other.names)] == other.names


def parse_path(text: str, roots: Iterable[str]) -> VirtualPath:
    """Understand what a client wrote: absolute, or relative to ``HOME``; it may end in a slash.

    Raises ``InvalidRequest`` for what is no path, ``PermissionDenied`` for one outside the roots.
    """
    names = _split(text)
    if not text.startswith("/"):
        return VirtualPath(HOME, names)
    for root in roots:
        root_names = tuple(root.removeprefix("/").split("/"))
        if names[: len(root_names)] == root_names:
            return VirtualPath(root, names[len(root_names) :])
    raise PermissionDenied("The path is outside the device's storage")


def check_name(name: str) -> None:
    """Raise ``InvalidRequest`` unless ``name`` can be the name of one file in the tree."""
    fault = _name_fault(name)
    if fault:
        raise InvalidRequest(fault)


def is_name(name: str) -> bool:
    """Whether a client can name a file so."""
    return _name_fault(name) is None


def _name_fault(name: str) -> str | None:
    if name in {"", ".", ".."}:
        return 'A path has no empty, "." or ".." part'
    if _FORBIDDEN.search(name):
        return "A file's name has no control characters, slashes or backslashes"
    if len(name.encode()) > _MAX_NAME_BYTES:
        return f"A file's name has at most {_MAX_NAME_BYTES} bytes"
    if name.startswith(PREFIX):
        return "The name is reserved for files that are being written"
    return None


def _split(text: str) -> tuple[str, ...]:
    if len(text) > _MAX_PATH_BYTES:
        raise InvalidRequest("The path is too long")
    names = tuple(text.removeprefix("/").removesuffix("/").split("/"))
    for name in names:
        check_name(name)
    return names
