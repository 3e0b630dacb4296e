"""The state directory: all that camerad keeps, beside the files that clients put there."""

import os
from pathlib import Path

from camerad.errors import StartupError
from camerad.storage.partial import remove_partials


def prepare_state(state_dir: Path) -> None:
    """Make the directory if it is missing, and clear it of what a killed process left.

    Raises ``StartupError`` if it, or a file in it, is not ours to read and write.
    """
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_access(state_dir, os.R_OK | os.W_OK | os.X_OK)
        for path in state_dir.iterdir():
            if path.is_file():
                _check_access(path, os.R_OK)
        descriptor = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise StartupError(f"{error.filename or state_dir}: {error.strerror}") from error
    try:
        remove_partials(descriptor)
    finally:
        os.close(descriptor)


def _check_access(path: Path, mode: int) -> None:
    if not os.access(path, mode):
        raise StartupError(f"{path}: Permission denied; camerad must own its state directory")
