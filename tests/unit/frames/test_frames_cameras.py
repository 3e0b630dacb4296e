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


def test_one_that_comes_later_is_announced_and_takes_its_place(cameras):
    announced = []
    cameras.on_added(announced.append)
    before = iter(cameras)
    late = FedCamera(1, None, None)
    cameras.add(late)
    assert announced == [late]
    assert cameras.get(1) is late
    assert [fed.id for fed in cameras] == [0, 1, 2]
    assert [fed.id for fed in before] == [0, 2]


def test_all_are_there_in_order(cameras):
    assert [fed.id for fed in cameras] == [0, 2]
