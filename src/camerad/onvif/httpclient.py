"""One message over HTTP to a device, and its answer.

A client of our own around h11: it connects to the address that was checked and to no other (there
are no names, redirects, proxies, cookies or kept connections), decompresses nothing, and reads no
more than it is told. Devices have certificates that they made themselves, so TLS hides what is
said from those who only listen, and proves nothing; that is why credentials are sent as digests.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Final

import h11

from camerad.errors import OnvifDeviceTimeout, OnvifDeviceUnreachable
from camerad.onvif.endpoint import Endpoint

CONNECT_TIMEOUT_S: Final = 3.0
MAX_HEAD_BYTES: Final = 16 * 1024
CHUNK_BYTES: Final = 64 * 1024


class Exchange:
    """One request and its answer, on a connection of their own, all of it within ``timeout_s``.

    All methods raise ``OnvifDeviceTimeout``, and ``OnvifDeviceUnreachable`` for whatever else goes
    wrong between here and there.
    """

    def __init__(self, endpoint: Endpoint, timeout_s: float) -> None:
        self._endpoint = endpoint
        self._timeout_s = timeout_s
        self._until_s = asyncio.get_running_loop().time() + timeout_s
        self._http = h11.Connection(h11.CLIENT, MAX_HEAD_BYTES)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None
        self._head: h11.Response

    async def post(self, headers: Mapping[str, str], body: bytes) -> None:
        """Send the request, and wait for the head of the answer."""
        async with self._bounded():
            await self._connect()
            await self._send(headers, body)
            while not isinstance(event := await self._next(), h11.Response):
                pass
            self._head = event

    @property
    def status(self) -> int:
        return self._head.status_code

    def header(self, name: bytes) -> str:
        """A header of the answer by its name in small letters; empty if it is missing."""
        found = (value for key, value in self._head.headers if key == name)
        return next(found, b"").decode("latin-1")

    async def chunks(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """The body of the answer; one that is longer, or breaks off, is an error as well."""
        left = limit_bytes
        while (chunk := await self._chunk()) is not None:
            left -= len(chunk)
            if left < 0:
                raise OnvifDeviceUnreachable(
                    "The device's answer is too long", f"More than {limit_bytes} bytes"
                )
            yield chunk

    async def read(self, limit_bytes: int) -> bytes:
        return b"".join([chunk async for chunk in self.chunks(limit_bytes)])

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()

    async def _chunk(self) -> bytes | None:
        async with self._bounded():
            event = await self._next()
        if isinstance(event, h11.EndOfMessage):
            return None
        return bytes(event.data) if isinstance(event, h11.Data) else b""

    async def _connect(self) -> None:
        context = _unverified() if self._endpoint.tls else None
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            self._reader, self._writer = await asyncio.open_connection(
                str(self._endpoint.host), self._endpoint.port, ssl=context
            )

    async def _send(self, headers: Mapping[str, str], body: bytes) -> None:
        assert self._writer is not None
        whole = {
            **headers,
            "host": self._endpoint.authority,
            "content-length": str(len(body)),
            "connection": "close",
            "accept-encoding": "identity",
        }
        head = h11.Request(method="POST", target=self._endpoint.path, headers=list(whole.items()))
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def _next(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(CHUNK_BYTES))
        if event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
            raise h11.RemoteProtocolError("the connection was closed")
        return event

    @contextlib.asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        url = self._endpoint.url
        try:
            async with asyncio.timeout_at(self._until_s):
                yield
        except TimeoutError:
            raise OnvifDeviceTimeout(
                "The device did not answer in time", f"{url} in {self._timeout_s:g} s"
            ) from None
        except h11.ProtocolError as error:
            raise OnvifDeviceUnreachable(
                "The device's answer is not HTTP, or broke off", f"{url}: {error}"
            ) from None
        except OSError as error:
            reason = error.strerror or "no connection"
            raise OnvifDeviceUnreachable(
                "The device cannot be reached", f"{url}: {reason}"
            ) from None


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
