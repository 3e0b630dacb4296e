"""A hall of machines for tests: network namespaces, each connected to ours by a cable of its own.

Needs root. Nothing of it can reach, or be reached from, the network of the machine that it is on.
"""

import ctypes
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

PEERS = Path(__file__).parent / "peers"
"""The programs that hosts run."""

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


class Hall:
    """While entered, this thread, and all that it starts, is in a namespace of its own."""

    def __init__(self) -> None:
        self.hosts: list[Host] = []
        self._outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        _check(LIBC.unshare(CLONE_NEWNET))
        _ip("link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        for host in self.hosts:
            host.close()
        _check(LIBC.setns(self._outside, CLONE_NEWNET))
        os.close(self._outside)

    def host(self, *, ipv6: bool = True) -> "Host":
        """Another machine. We are 10.77.N.1 and fd77:N::1 for it."""
        self.hosts.append(Host(len(self.hosts) + 1, ipv6=ipv6))
        return self.hosts[-1]


class Host:
    """A machine at ``10.77.N.2`` and ``fd77:N::2``; a process holds its namespace."""

    def __init__(self, number: int, *, ipv6: bool) -> None:
        self.address = f"10.77.{number}.2"
        self.address_v6 = f"fd77:{number}::2"
        self.here = f"10.77.{number}.1"
        self.interface = f"hall{number}"
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo up; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()
        self._running: list[subprocess.Popen[str]] = []
        self._connect(number, ipv6=ipv6)

    def run(self, *command: str | Path, env: dict[str, str] | None = None) -> str:
        """Start a program there; gives the first line that it prints."""
        process = subprocess.Popen(
            [*self._enter(), *map(str, command)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | (env or {}),
        )
        self._running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line, f"{command} ended with {process.wait()}"
        return line

    def close(self) -> None:
        for process in (*self._running, self._holder):
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _connect(self, number: int, *, ipv6: bool) -> None:
        far = f"{self.interface}b"
        _ip("link", "add", self.interface, "type", "veth", "peer", "name", far,
            "netns", str(self._holder.pid))  # fmt: skip
        for prefix, interface, end in (([], self.interface, 1), (self._enter(), far, 2)):
            _ip("addr", "add", f"10.77.{number}.{end}/24", "dev", interface, prefix=prefix)
            if ipv6:
                v6 = f"fd77:{number}::{end}/64"
                _ip("addr", "add", v6, "dev", interface, "nodad", prefix=prefix)
            else:
                _ip("link", "set", interface, "addrgenmode", "none", prefix=prefix)
            _ip("link", "set", interface, "up", prefix=prefix)
        _ip("link", "set", "lo", "up", prefix=self._enter())

    def _enter(self) -> list[str]:
        return ["nsenter", "--target", str(self._holder.pid), "--net"]


def _ip(*arguments: str, prefix: Sequence[str] = ()) -> None:
    subprocess.run([*prefix, "ip", *arguments], check=True, capture_output=True, timeout=10)


def _check(result: int) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
