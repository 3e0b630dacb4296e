"""What can be set of a camera's picture: UVC 1.0, section 4.2.2."""

from dataclasses import dataclass

CAMERA_TERMINAL, PROCESSING_UNIT = 1, 2

SET_CUR = 0x01
GET_CUR, GET_MIN, GET_MAX, GET_RES, GET_LEN, GET_INFO, GET_DEF = range(0x81, 0x88)
GET_AND_SET = 3
"""What GET_INFO answers."""


@dataclass(frozen=True, slots=True)
class Control:
    name: str
    """As the kernel's V4L2 name of it, in snake case."""
    unit: int
    selector: int
    bit: int
    """In the unit's bmControls."""
    size_bytes: int
    signed: bool
    minimum: int
    maximum: int
    step: int
    """Of exposure_auto: the modes that there are, one bit each."""
    default: int

    def encode(self, value: int) -> bytes:
        return value.to_bytes(self.size_bytes, "little", signed=self.signed)

    def decode(self, data: bytes) -> int:
        return int.from_bytes(data, "little", signed=self.signed)


CONTROLS = (
    Control("exposure_auto", CAMERA_TERMINAL, 0x02, 1, 1, False, 1, 8, 0x09, 8),
    Control("exposure_absolute", CAMERA_TERMINAL, 0x04, 3, 4, False, 3, 2047, 1, 250),
    Control("brightness", PROCESSING_UNIT, 0x02, 0, 2, True, -64, 64, 1, 0),
    Control("contrast", PROCESSING_UNIT, 0x03, 1, 2, False, 0, 95, 1, 32),
)


def bits(unit: int) -> int:
    """bmControls of a unit."""
    return sum(1 << control.bit for control in CONTROLS if control.unit == unit)


CAMERA_BITS = bits(CAMERA_TERMINAL)
PROCESSING_BITS = bits(PROCESSING_UNIT)


class Settings:
    """What the controls of one camera are set to. A camera that loses its power forgets it."""

    def __init__(self) -> None:
        self._controls = {(control.unit, control.selector): control for control in CONTROLS}
        self._values = {control.name: control.default for control in CONTROLS}

    @property
    def values(self) -> dict[str, int]:
        return dict(self._values)

    def get(self, request: int, unit: int, selector: int) -> bytes | None:
        """The answer to a GET request; ``None`` if there is no such control or request."""
        control = self._controls.get((unit, selector))
        if control is None:
            return None
        if request == GET_LEN:
            return control.size_bytes.to_bytes(2, "little")
        if request == GET_INFO:
            return bytes([GET_AND_SET])
        answers = {
            GET_CUR: self._values[control.name],
            GET_MIN: control.minimum,
            GET_MAX: control.maximum,
            GET_RES: control.step,
            GET_DEF: control.default,
        }
        return control.encode(answers[request]) if request in answers else None

    def set(self, unit: int, selector: int, data: bytes) -> bool:
        """Whether there is such a control, and the value one of its own."""
        control = self._controls.get((unit, selector))
        if control is None or len(data) != control.size_bytes:
            return False
        value = control.decode(data)
        if not control.minimum <= value <= control.maximum:
            return False
        self._values[control.name] = value
        return True
