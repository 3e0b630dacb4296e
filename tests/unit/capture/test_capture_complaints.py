"""What the log hears of a camera that fails."""

import logging

import pytest

from camerad.capture.complaints import LOUDEST, Complaints
from camerad.capture.source import CameraFault

BUSY, NO_ANSWER = CameraFault("busy"), CameraFault("no answer")
GONE, MISSING = CameraFault("gone", gone=True), CameraFault("no such device", gone=True)


@pytest.mark.parametrize(
    ("faults", "loud"),
    [
        ([BUSY], ["busy"]),
        ([BUSY, BUSY, BUSY], ["busy"]),
        ([BUSY, NO_ANSWER, BUSY, NO_ANSWER], ["busy", "no answer"]),
        ([GONE, MISSING, GONE], ["gone"]),
        ([BUSY, MISSING], ["busy", "no such device"]),
        ([CameraFault(f"pid {pid}") for pid in range(50)], [f"pid {n}" for n in range(LOUDEST)]),
    ],
)
def test_each_trouble_is_told_once(caplog, faults, loud):
    caplog.set_level(logging.DEBUG)
    complaints = Complaints()
    for fault in faults:
        complaints.tell(fault)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == loud
    assert len(caplog.records) == len(faults)


def test_the_end_is_told_and_the_next_is_loud_again(caplog):
    caplog.set_level(logging.INFO)
    complaints = Complaints()
    complaints.over("/dev/video0")
    complaints.tell(BUSY)
    complaints.over("/dev/video0")
    complaints.over("/dev/video0")
    complaints.tell(BUSY)
    assert caplog.messages == ["busy", "/dev/video0 is back", "busy"]
