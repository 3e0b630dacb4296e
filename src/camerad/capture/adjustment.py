"""Which controls of a camera to set, and to what, so that it is as the configuration wants it."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from camerad.capture.source import CameraFault, Control, Source

logger = logging.getLogger(__name__)

EXPOSURE_AUTO = "exposure_auto"
"""V4L2's own name of the control behind ``auto_exposure``."""

# enum v4l2_exposure_auto_type. Webcams have the aperture priority only: their iris is fixed.
_MANUAL = 1
_AUTOMATIC = (0, 3, 2)

Setting = tuple[Control, int]


class Adjustment(Struct, frozen=True):
    """How a camera's controls shall be; what is not named stays as it is."""

    controls: Mapping[str, int] = {}
    auto_exposure: bool | None = None
    """Goes for any camera: one that has no such choice ignores it."""


def find_control(name: str, offered: Iterable[Control]) -> Control | None:
    """The control of that name, be it the driver's or V4L2's own."""
    return next((control for control in offered if name in (control.name, control.alias)), None)


def refusal(control: Control, value: int) -> str | None:
    """What the control takes, if that leaves ``value`` out."""
    choices = {item.value: f"{item.value} ({item.name})" for item in control.items}
    if choices:
        return None if value in choices else f"takes {' or '.join(choices.values())}"
    if control.minimum <= value <= control.maximum:
        return None
    return f"takes {control.minimum} to {control.maximum}"


def settings(
    wanted: Adjustment, before: Adjustment, offered: Sequence[Control]
) -> Sequence[Setting]:
    """What to set, in this order. A control that is wanted no more goes back to its default."""
    released = dict.fromkeys(before.controls.keys() - wanted.controls.keys())
    chosen = {
        control.id: (control, control.default if value is None else value)
        for control, value in (
            *_named(released, offered),
            *_exposure(wanted.auto_exposure, offered),
            *_named(wanted.controls, offered),
        )
    }
    # Switches first: a camera refuses an exposure time while it chooses that itself.
    return sorted(chosen.values(), key=lambda setting: setting[0].type == "integer")


def _named(
    values: Mapping[str, int | None], offered: Sequence[Control]
) -> Iterator[tuple[Control, int | None]]:
    for name, value in values.items():
        control = find_control(name, offered)
        if control is not None:
            yield control, value


def _exposure(automatic: bool | None, offered: Sequence[Control]) -> Iterator[Setting]:
    control = find_control(EXPOSURE_AUTO, offered)
    if control is None or automatic is None:
        return
    choices = {item.value for item in control.items}
    ways = _AUTOMATIC if automatic else (_MANUAL,)
    yield from ((control, way) for way in [way for way in ways if way in choices][:1])


class Adjuster:
    """Keeps the controls of a source as they are ``wanted``, which any thread may set."""

    def __init__(self, source: Source) -> None:
        self.wanted = Adjustment()
        self._source = source
        self._made = self.wanted

    @property
    def pending(self) -> bool:
        """What is wanted has changed since ``adjust``."""
        return self.wanted is not self._made

    def adjust(self) -> tuple[Control, ...]:
        """Set what is wanted on the open source; gives how its controls then stand.

        What the device refuses is logged and left. Raises ``CameraFault`` only if it is gone.
        """
        wanted, before = self.wanted, self._made
        self._made = wanted
        offered = self._offered()
        changes = settings(wanted, before, offered)
        for control, value in changes:
            self._set(control, value)
        return self._offered() if changes else offered

    def _offered(self) -> tuple[Control, ...]:
        try:
            return tuple(self._source.controls())
        except CameraFault as fault:
            _pass_if_only_refused(fault)
            return ()

    def _set(self, control: Control, value: int) -> None:
        try:
            self._source.set_control(control, value)
        except CameraFault as fault:
            _pass_if_only_refused(fault)


def _pass_if_only_refused(fault: CameraFault) -> None:
    if fault.gone:
        raise fault
    logger.warning("%s", fault)
