"""The order of versions."""

import re
from typing import Final

_WORD: Final = re.compile(r"[0-9]+|[A-Za-z]+|~")
_END: Final = (1, 0, "")
_PRERELEASE: Final = frozenset({"~", "alpha", "beta", "dev", "pre", "rc"})


def is_older(version: str, than: str) -> bool:
    """Whether ``version`` comes before ``than``: ``1.9 < 1.10``, ``2.0-rc1 < 2.0 < 2.0.1``.

    Numbers are compared as numbers, words by the alphabet, and what announces a version comes
    before it. Build metadata behind a ``+`` does not count (semver.org, 10).
    """
    return _key(version) < _key(than)


def _key(version: str) -> list[tuple[int, int, str]]:
    words = _WORD.findall(version.partition("+")[0].lower())
    # "v1.2" is "1.2".
    return [*map(_rank, words[1:] if words[:1] == ["v"] else words), _END]


def _rank(word: str) -> tuple[int, int, str]:
    if word.isdigit():
        return (3, int(word), "")
    # In ASCII the tilde stands behind the letters.
    return (0 if word in _PRERELEASE else 2, 0, word.strip("~"))
