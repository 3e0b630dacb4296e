"""Which file a URL names.

What follows ``/files/`` or ``/download/`` is percent-decoded exactly once, and then

- ``recordings/a.avi`` is relative: below ``/media/data``;
- ``/media/data/a.avi`` is absolute: clients make it by joining a listed path to ``/files/``;
- ``media/data/a.avi``, the same joined with one slash only, is relative too. Only where there is no
  such file, and the configured roots cover it, is it taken as absolute.
"""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar
from urllib.parse import unquote_to_bytes

from camerad.errors import FileMissing, InvalidRequest
from camerad.http.operation import Query
from camerad.storage.tree import Tree

T = TypeVar("T")

PARAMETER: Final = {
    "filepath": "A path below /media/data, or an absolute one of the virtual tree. Its slashes may "
    "stand as they are."
}
DIRECTORY: Final = Query[str]("path", str, "A directory of the virtual tree.", alias="directory")


def at_url(tree: Tree, filepath: str, call: Callable[[str], T]) -> Callable[[], T]:
    """A call with the path that a URL means, still to be made where it may block.

    Raises ``InvalidRequest`` for what is not UTF-8.
    """
    return partial(_at_either, tree, _decoded(filepath), call)


def _decoded(filepath: str) -> str:
    try:
        return unquote_to_bytes(filepath).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("The path is not UTF-8") from None


def _at_either(tree: Tree, path: str, call: Callable[[str], T]) -> T:
    try:
        return call(path)
    except FileMissing:
        if path.startswith("/") or not tree.covers(f"/{path}"):
            raise
    return call(f"/{path}")
