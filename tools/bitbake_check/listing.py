"""What is in the packages."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

WITHOUT_NEWS = ("-dbg", "-dev", "-doc", "-locale", "-src", "-staticdev")


def split_packages(build: Path, recipe: str) -> list[Path]:
    """The folders of what BitBake has split a recipe into."""
    return sorted(
        package
        for work in build.glob("tmp*/work")
        for package in work.glob(f"*/{recipe}/*/packages-split/*/")
    )


def of(build: Path, recipe: str) -> Iterator[str]:
    for package in split_packages(build, recipe):
        paths = [path for path in package.rglob("*") if path.is_symlink() or path.is_file()]
        if paths and not package.name.endswith(WITHOUT_NEWS):
            yield package.name
            named = Counter(shown(path.relative_to(package)) for path in paths)
            for name, count in sorted(named.items()):
                yield f"  /{name}{f': {count} files' if count > 1 else ''}"


def shown(file: Path) -> Path:
    """A file, but a Python package or the tests as one."""
    for many in ("site-packages", "tests"):
        if many in file.parts[:-1]:
            return Path(*file.parts[: file.parts.index(many) + 2])
    return file
