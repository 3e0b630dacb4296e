"""Which controls are set, to what, and in which order."""

import pytest
from scripted_source import ScriptedSource

from camerad.capture.adjustment import Adjuster, Adjustment, find_control, refusal, settings
from camerad.capture.source import CameraFault, Control, MenuItem

BRIGHTNESS = Control(1, "brightness", "integer", 0, 255, 1, default=128, value=7)
TIME = Control(2, "exposure_time_absolute", "integer", 3, 2047, 1, 250, 250, "exposure_absolute")
WEBCAM = (MenuItem(1, "Manual Mode"), MenuItem(3, "Aperture Priority Mode"))
SENSOR = (MenuItem(0, "Auto Mode"), MenuItem(1, "Manual Mode"))
AUTO = Control(3, "auto_exposure", "menu", 0, 3, 1, 3, 3, "exposure_auto", WEBCAM)
OFFERED = [BRIGHTNESS, TIME, AUTO]
NOTHING = Adjustment()


def planned(wanted, before=NOTHING, offered=OFFERED):
    return [(control.name, value) for control, value in settings(wanted, before, offered)]


@pytest.mark.parametrize("name", ["exposure_time_absolute", "exposure_absolute"])
def test_a_control_has_the_drivers_name_and_v4l2s(name):
    assert find_control(name, OFFERED) is TIME


@pytest.mark.parametrize("name", ["Brightness", "exposure", ""])
def test_no_control_of_that_name(name):
    assert find_control(name, OFFERED) is None


@pytest.mark.parametrize(
    ("control", "value", "expected"),
    [
        (BRIGHTNESS, 0, None),
        (BRIGHTNESS, 255, None),
        (BRIGHTNESS, -1, "takes 0 to 255"),
        (BRIGHTNESS, 256, "takes 0 to 255"),
        (AUTO, 3, None),
        (AUTO, 0, "takes 1 (Manual Mode) or 3 (Aperture Priority Mode)"),
        (AUTO, 2, "takes 1 (Manual Mode) or 3 (Aperture Priority Mode)"),
    ],
)
def test_refusal_names_what_would_be_right(control, value, expected):
    assert refusal(control, value) == expected


@pytest.mark.parametrize(
    ("items", "automatic", "expected"),
    [
        (WEBCAM, True, [("auto_exposure", 3)]),
        (WEBCAM, False, [("auto_exposure", 1)]),
        (WEBCAM, None, []),
        (SENSOR, True, [("auto_exposure", 0)]),
        (SENSOR, False, [("auto_exposure", 1)]),
        (SENSOR[:1], False, []),
    ],
)
def test_auto_exposure_is_what_the_camera_has_of_it(items, automatic, expected):
    offered = [Control(3, "auto_exposure", "menu", 0, 3, 1, 3, 3, "exposure_auto", items)]
    assert planned(Adjustment(auto_exposure=automatic), offered=offered) == expected


def test_a_camera_without_the_choice_ignores_auto_exposure():
    assert planned(Adjustment(auto_exposure=True), offered=[BRIGHTNESS]) == []


def test_switches_come_first_and_the_named_control_wins():
    wanted = Adjustment({"exposure_absolute": 100, "exposure_auto": 1}, auto_exposure=True)
    assert planned(wanted) == [("auto_exposure", 1), ("exposure_time_absolute", 100)]


def test_what_the_camera_lacks_is_left_out():
    assert planned(Adjustment({"zoom": 3, "brightness": 1})) == [("brightness", 1)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [("brightness", 128)]),
        ({"brightness": 9}, [("brightness", 9)]),
        ({"exposure_absolute": 9}, [("brightness", 128), ("exposure_time_absolute", 9)]),
    ],
)
def test_what_is_wanted_no_more_gets_its_default(wanted, expected):
    assert planned(Adjustment(wanted), before=Adjustment({"brightness": 1})) == expected


class TestAdjuster:
    @pytest.fixture
    def source(self):
        source = ScriptedSource()
        source.offered_controls = OFFERED
        return source

    @pytest.fixture
    def adjuster(self, source):
        return Adjuster(source)

    def test_nothing_is_wanted_and_nothing_set(self, adjuster, source):
        assert not adjuster.pending
        assert adjuster.adjust() == tuple(OFFERED)
        assert source.controls_set == []

    def test_each_opening_sets_what_is_wanted(self, adjuster, source):
        adjuster.wanted = Adjustment({"brightness": 5})
        assert adjuster.pending
        for _ in range(2):
            adjuster.adjust()
            assert not adjuster.pending
        assert source.controls_set == [("brightness", 5)] * 2

    def test_a_default_is_given_back_once(self, adjuster, source):
        for wanted in (Adjustment({"brightness": 5}), Adjustment()):
            adjuster.wanted = wanted
            adjuster.adjust()
        adjuster.adjust()
        assert source.controls_set == [("brightness", 5), ("brightness", 128)]

    def test_one_refusal_keeps_no_other_from_being_set(self, adjuster, source, caplog):
        source.refused_controls["brightness"] = CameraFault("cannot set brightness")
        adjuster.wanted = Adjustment({"brightness": 5, "exposure_absolute": 9})
        adjuster.adjust()
        assert source.controls_set == [("exposure_time_absolute", 9)]
        assert "cannot set brightness" in caplog.text

    def test_a_camera_that_is_gone_is_a_fault(self, adjuster, source):
        source.refused_controls["brightness"] = CameraFault("gone", gone=True)
        adjuster.wanted = Adjustment({"brightness": 5})
        with pytest.raises(CameraFault, match="gone"):
            adjuster.adjust()

    def test_controls_that_cannot_be_listed_are_none(self, adjuster, source, caplog):
        def refuse():
            raise CameraFault("cannot tell its controls")

        source.controls = refuse
        adjuster.wanted = Adjustment({"brightness": 5})
        assert adjuster.adjust() == ()
        assert "cannot tell its controls" in caplog.text
