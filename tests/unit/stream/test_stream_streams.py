import pytest

from camerad.errors import Overloaded
from camerad.frames.cameras import FedCamera
from camerad.stream.streams import Streams

CAMERAS = [FedCamera(number, None, None) for number in range(2)]


@pytest.fixture
def streams():
    return Streams(encoder=None, placeholder=None, max_clients=lambda: 3)


def test_clients_of_one_camera_and_quality_share_a_broadcast(streams):
    with streams.opened(CAMERAS[0], None) as first, streams.opened(CAMERAS[0], None) as second:
        assert first is second


@pytest.mark.parametrize(("camera", "quality"), [(CAMERAS[1], None), (CAMERAS[0], 50)])
def test_others_have_their_own(streams, camera, quality):
    with streams.opened(CAMERAS[0], None) as first, streams.opened(camera, quality) as second:
        assert first is not second


def test_one_more_than_the_cap_is_refused(streams):
    with streams.opened(CAMERAS[0], 1), streams.opened(CAMERAS[0], 2):
        with streams.opened(CAMERAS[0], 3):
            assert streams.clients == 3
            with pytest.raises(Overloaded, match="Too many"), streams.opened(CAMERAS[1], None):
                pass
            assert streams.clients == 3
        with streams.opened(CAMERAS[0], None):
            assert streams.clients == 3
    assert streams.clients == 0


def test_broadcasts_are_kept_no_longer_than_their_clients(streams):
    for quality in range(1, 101):
        with streams.opened(CAMERAS[0], quality):
            pass
    assert streams._broadcasts == {}


def test_one_client_leaves_and_the_other_stays(streams):
    first = streams.opened(CAMERAS[0], None)
    broadcast = first.__enter__()
    broadcast._sinks[print] = None
    with streams.opened(CAMERAS[0], None):
        pass
    with streams.opened(CAMERAS[0], None) as third:
        assert third is broadcast
    first.__exit__(None, None, None)
