"""What the kernel's refusals become."""

import errno
import os

import pytest

from camerad.capture.faults import explained
from camerad.capture.source import CameraFault


@pytest.mark.parametrize(
    ("error", "says", "gone"),
    [
        (errno.EACCES, "group video", False),
        (errno.EPERM, "group video", False),
        (errno.ENOENT, "`camerad devices`", True),
        (errno.ENODEV, "unplugged", True),
        (errno.ENXIO, "driver", True),
        (errno.ENOSPC, "USB", False),
        (errno.EPROTO, "Protocol error", False),
    ],
)
def test_tells_a_person_what_to_do(error, says, gone):
    with pytest.raises(CameraFault) as fault, explained("/dev/video0", "be opened"):
        raise OSError(error, os.strerror(error))
    assert str(fault.value).startswith("/dev/video0 cannot be opened: ")
    assert says in str(fault.value)
    assert fault.value.gone is gone
