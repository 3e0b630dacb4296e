"""Whether the kernel lets this user have a device."""

import os

from camerad.errors import StartupError

OPEN_FLAGS = os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC


def check_access(device: str) -> None:
    """Raise ``StartupError`` if not: that never mends itself, whatever else is wrong may.

    Asked by opening it, since access(2) knows nothing of a container's or a service's rules.
    """
    try:
        os.close(os.open(device, OPEN_FLAGS))
    except PermissionError:
        raise StartupError(
            f"{device}: no permission; the user that runs camerad must be in the group video"
        ) from None
    except OSError:
        return  # absent or failing: its status will tell, and it is tried again
