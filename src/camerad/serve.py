"""``camerad serve``: the process around the daemon, with its sockets, signals and last words."""

import asyncio
import gc
import logging
import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from socket import socket
from ssl import SSLContext
from typing import Final

import uvloop
from sanic.server.async_server import AsyncioServer

from camerad import __version__
from camerad.accounts.store import FirstCredentials
from camerad.daemon import Daemon
from camerad.errors import StartupError
from camerad.http.app import optimize
from camerad.http.connection import Connection
from camerad.http.crowd import Crowd
from camerad.http.listeners import BACKLOG, bind, tls_context
from camerad.http.tls import TlsEntry
from camerad.parts import Settings
from camerad.system.certificate import ensure_certificate
from camerad.system.figures import primary_address
from camerad.system.notify import ServiceManager

logger = logging.getLogger(__name__)

OPTIMIZE_AFTER_S: Final = 1.0
"""The first picture after a power cut is worth more than the request rate of the first second."""

DRAIN_S: Final = 0.5
"""What requests under way have to end in when the daemon stops: all of it must take under 2 s."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises ``StartupError`` when that cannot begin."""
    _raise_file_limit()
    daemon = Daemon(settings)
    server = _Server(daemon, settings.state_dir)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(server.run())


def _raise_file_limit() -> None:
    """Each client is a descriptor; the usual soft limit of 1024 is there for select()."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def settle_gc() -> None:
    """Take all that the start has made out of the garbage collector's sight, for good.

    It was off meanwhile (the command line sees to that): nothing that is imported is garbage.
    """
    gc.freeze()
    gc.enable()


class _Server:
    """Listens, tells the service manager, waits for the signal, winds down."""

    def __init__(self, daemon: Daemon, state_dir: Path) -> None:
        self._daemon = daemon
        self._app = daemon.app
        self._network = daemon.parts.network
        self._state_dir = state_dir
        self._manager = ServiceManager()
        self._servers: list[AsyncioServer] = []

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, stop.set)
        try:
            await self._listen()
            self._announce()
            settle_gc()
            watchdog = loop.create_task(self._manager.watchdog(self._daemon.alive))
            optimizing = loop.call_later(OPTIMIZE_AFTER_S, self._optimize)
            await stop.wait()
            optimizing.cancel()
            watchdog.cancel()
        finally:
            await self._wind_down()

    def _optimize(self) -> None:
        asyncio.get_running_loop().run_in_executor(None, optimize, self._app)

    async def _listen(self) -> None:
        """Open both ports before anything else, so that a port that is taken is told at once; serve
        plain HTTP while the first start still makes its certificate.
        """
        network = self._network
        if not network.http_port and not network.https_port:
            raise StartupError("both HTTP and HTTPS are turned off: give one of them a port")
        plain = network.http_port and bind(network.bind, network.http_port, "--http-port")
        secure = network.https_port and bind(network.bind, network.https_port, "--https-port")
        if plain:
            await self._serve_on(plain, Connection)
        if secure:
            context = await asyncio.to_thread(self._tls)
            await self._serve_on(secure, partial(TlsEntry, context))

    async def _serve_on(self, sock: socket, protocol: Callable[..., asyncio.Protocol]) -> None:
        server = await self._app.create_server(
            sock=sock,
            protocol=protocol,  # type: ignore[arg-type]  # Sanic only calls it
            backlog=BACKLOG,
            asyncio_server_kwargs={"start_serving": False},
        )
        assert server is not None
        if not self._servers:
            await server.startup()
            await server.before_start()
        self._servers.append(server)
        await server.start_serving()

    def _tls(self) -> SSLContext:
        network = self._network
        if network.certificate and network.key:
            return tls_context(Path(network.certificate), Path(network.key))
        certificate, key = self._state_dir / "certificate.pem", self._state_dir / "key.pem"
        address = primary_address()
        ensure_certificate(certificate, key, [address] if address else [])
        return tls_context(certificate, key)

    def _announce(self) -> None:
        network = self._network
        host = primary_address() if network.bind in ("0.0.0.0", "::") else network.bind  # noqa: S104
        host = f"[{host}]" if host and ":" in host else host or "localhost"
        ports = {"http": network.http_port, "https": network.https_port}
        urls = [f"{scheme}://{host}:{port}/" for scheme, port in ports.items() if port]
        self._manager.ready(f"Serving {' and '.join(urls)}")
        _say(f"camerad {__version__} serves {' and '.join(urls)}")
        if self._daemon.first_credentials is not None:
            path = self._daemon.parts.accounts.first_credentials_path
            _say_credentials(self._daemon.first_credentials, path)

    async def _wind_down(self) -> None:
        self._manager.stopping()
        for server in self._servers:
            server.close()
        await self._daemon.stop()
        crowd: Crowd = self._app.ctx.crowd
        deadline_s = asyncio.get_running_loop().time() + DRAIN_S
        for connection in crowd:
            connection.close_if_idle()
        while len(crowd) and asyncio.get_running_loop().time() < deadline_s:
            await asyncio.sleep(0.02)
        for connection in crowd:
            connection.abort()
        # What was cut off still puts away what it holds, in threads.
        if cut_off := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(cut_off, timeout=DRAIN_S)
        self._daemon.close()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the console is where people look for the address


def _say_credentials(credentials: FirstCredentials, path: Path) -> None:
    """Show the first credentials once; never to a journal, which keeps what it is told."""
    _say(f"First start: the credentials are in {path} until the password is changed.")
    if "JOURNAL_STREAM" not in os.environ:
        _say(credentials.text())
