"""When this camerad was built."""

from pathlib import Path

from camerad.clock import iso_utc

_PACKAGE = Path(__file__).parent.parent


def build_time() -> str:
    """ISO 8601, UTC: written into the package when its wheel was built; in a checkout, when a
    source file was last changed.
    """
    stamp = _PACKAGE / "BUILD"
    try:
        return stamp.read_text().strip()
    except FileNotFoundError:
        newest = max(source.stat().st_mtime for source in _PACKAGE.rglob("*.py"))
        return iso_utc(newest)
