"""The device among the ONVIF cameras of the network."""

import logging
from typing import Final

from msgspec import Struct

from camerad.accounts.principal import Principal
from camerad.config.schema import Network
from camerad.onvif.addresses import Address
from camerad.onvif.envelope import Envelope, read_envelope
from camerad.onvif.names import SOAP12
from camerad.onvif.reach import Reach
from camerad.onvif.serving import soap
from camerad.onvif.serving.faults import Fault
from camerad.onvif.serving.identity import Identity
from camerad.onvif.serving.login import UsernameTokens
from camerad.onvif.serving.responder import Responder
from camerad.onvif.serving.services import Services
from camerad.onvif.serving.visit import Visit

logger = logging.getLogger(__name__)

ANY_IPV4: Final = "0.0.0.0"  # noqa: S104 - compared with, not bound to


class SoapAnswer(Struct, frozen=True):
    """For HTTP."""

    status: int
    content_type: str
    data: bytes


class OnvifCamera:
    """Answers probes between ``start`` and ``stop``, and requests."""

    def __init__(
        self,
        identity: Identity,
        services: Services,
        tokens: UsernameTokens,
        reach: Reach,
        network: Network,
    ) -> None:
        """``network`` is where the daemon really listens."""
        self._services = services
        self._tokens = tokens
        self._reach = reach
        self._network = network
        self._responder = Responder(identity, reach, self._url)

    async def start(self) -> None:
        try:
            await self._responder.start()
        except OSError as error:
            # Its services can be used all the same by who knows the address.
            logger.warning("Probes of WS-Discovery cannot be answered: %s", error.strerror)

    def stop(self) -> None:
        self._responder.stop()

    async def answer(
        self, message: bytes, base_url: str, principal: Principal | None, address: str
    ) -> SoapAnswer:
        """``principal`` is who has said so to HTTP already, and ``address`` where it came from.

        Raises ``InvalidRequest`` for what is no SOAP of ONVIF's.
        """
        envelope = read_envelope(message)
        try:
            who = principal or await self._tokens.principal(envelope, address)
            near = await self._reach.near()
            visit = Visit(envelope.operation, base_url, who, near)
            return _answer(envelope, 200, self._services.answer(visit))
        except Fault as fault:
            return _answer(envelope, fault.status, soap.fault(fault))

    def _url(self, own: Address) -> str | None:
        """Where the device service is at one of our addresses; None where nothing listens."""
        network = self._network
        if own.version == 6 and (own.is_link_local or network.bind == ANY_IPV4):
            return None
        scheme = "http" if network.http_port else "https"
        host = f"[{own}]" if own.version == 6 else str(own)
        port = network.http_port or network.https_port
        return f"{scheme}://{host}:{port}/onvif/device_service"


def _answer(envelope: Envelope, status: int, body: str) -> SoapAnswer:
    media_type = "application/soap+xml" if envelope.version == SOAP12 else "text/xml"
    return SoapAnswer(status, f"{media_type}; charset=utf-8", soap.answer(envelope.version, body))
