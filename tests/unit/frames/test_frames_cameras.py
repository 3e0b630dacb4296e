import pytest

from camerad.errors import NotFound
from camerad.frames.cameras import Cameras, FedCamera


@pytest.fixture
def cameras():
    return Cameras({number: FedCamera(number, None, None) for number in (0, 2)}, active=2)


@pytest.mark.parametrize(("number", "chosen"), [(None, 2), (0, 0), (2, 2)])
def test_a_number_or_none_chooses_a_camera(cameras, number, chosen):
    assert cameras.get(number).id == chosen


def test_an_unknown_number_tells_the_known_ones(cameras):
    with pytest.raises(NotFound, match="no camera 1") as caught:
        cameras.get(1)
    assert caught.value.details == "Cameras: 0, 2"


def test_all_are_there_in_order(cameras):
    assert [fed.id for fed in cameras] == [0, 2]
