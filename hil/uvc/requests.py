"""The control endpoint: what the USB core and uvcvideo ask, and what they set."""

from collections.abc import Callable

from uvc import descriptors
from uvc.controls import SET_CUR, Settings
from uvc.model import Model
from uvc.negotiation import COMMIT, Agreement, Negotiation
from uvc.usbip import Setup

GET_STATUS, CLEAR_FEATURE, GET_DESCRIPTOR, GET_INTERFACE = 0, 1, 6, 10
FROM_HOST = {0x00, 0x01, 0x02}
"""Standard requests to the device, an interface and an endpoint."""
TO_ENDPOINT = 0x02
CLASS_SET, CLASS_GET = 0x21, 0xA1
STREAMING_INTERFACE = 1


class ControlEndpoint:
    def __init__(
        self,
        model: Model,
        settings: Settings,
        negotiation: Negotiation,
        start: Callable[[Agreement | None], None],
    ) -> None:
        """``start`` is called when the host begins a stream, or clears the endpoint's halt."""
        self._model = model
        self._settings = settings
        self._negotiation = negotiation
        self._start = start

    def answer(self, setup: Setup, data: bytes) -> bytes | None:
        """What to give back, empty after a request that sets; ``None`` to refuse it."""
        if setup.request_type == CLASS_GET:
            answer = self._get(setup)
        elif setup.request_type == CLASS_SET:
            answer = b"" if setup.request == SET_CUR and self._set(setup, data) else None
        elif setup.request_type in FROM_HOST:
            answer = self._standard_set(setup)
        else:
            answer = self._standard_get(setup)
        return None if answer is None else answer[: setup.length]

    def _get(self, setup: Setup) -> bytes | None:
        unit, selector = setup.index >> 8, setup.value >> 8
        if setup.index & 0xFF == STREAMING_INTERFACE:
            return self._negotiation.get(setup.request)
        return self._settings.get(setup.request, unit, selector)

    def _set(self, setup: Setup, data: bytes) -> bool:
        unit, selector = setup.index >> 8, setup.value >> 8
        if setup.index & 0xFF != STREAMING_INTERFACE:
            return self._settings.set(unit, selector, data)
        taken = self._negotiation.set(selector, data)
        if taken and selector == COMMIT:
            self._start(self._negotiation.agreed)
        return taken

    def _standard_set(self, setup: Setup) -> bytes:
        if setup.request_type == TO_ENDPOINT and setup.request == CLEAR_FEATURE:
            self._start(None)
        return b""

    def _standard_get(self, setup: Setup) -> bytes | None:
        if setup.request == GET_DESCRIPTOR:
            return self._descriptor(setup.value >> 8, setup.value & 0xFF)
        return {GET_STATUS: bytes(2), GET_INTERFACE: bytes(1)}.get(setup.request)

    def _descriptor(self, kind: int, index: int) -> bytes | None:
        if kind == descriptors.STRING:
            return descriptors.string(self._model, index)
        makers = {
            descriptors.DEVICE: descriptors.device,
            descriptors.CONFIGURATION: descriptors.configuration,
        }
        return makers[kind](self._model) if kind in makers else None
