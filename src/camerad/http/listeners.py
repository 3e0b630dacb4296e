"""The sockets that camerad listens on."""

import errno
import os
import socket
import ssl
from pathlib import Path

from camerad.errors import StartupError

BACKLOG = 1024

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def bind(address: str, port: int, option: str) -> socket.socket:
    """A listening TCP socket; raises ``StartupError`` that names the option to change."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    dual_stack = address == "::" and socket.has_dualstack_ipv6()
    try:
        return socket.create_server(
            (address, port), family=family, backlog=BACKLOG, dualstack_ipv6=dual_stack
        )
    except OSError as error:
        raise StartupError(_why(error, address, port, option)) from None


def _why(error: OSError, address: str, port: int, option: str) -> str:
    where = f"port {port} on {address}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken by another program: choose another with {option}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{where} needs privileges: choose one above 1023 with {option}"
    # Below zero stands what the resolver says of a name.
    if error.errno is None or error.errno < 0 or error.errno in _NOT_HERE:
        return f"{address} is not an address of this machine: choose another with --bind"
    return f"cannot listen on {where}: {os.strerror(error.errno)}"


def tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and newer, HTTP/1.1; raises ``StartupError`` for a pair that does not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StartupError(f"the certificate {certificate} cannot be used: {reason}") from None
    return context
