"""Commands and files over one SSH connection, which OpenSSH keeps open between them."""

import shlex
import subprocess
from pathlib import Path


class CommandFailed(Exception):
    def __init__(self, command: str, exit_code: int, output: str) -> None:
        super().__init__(f"`{command}` ended with {exit_code}:\n{output}")
        self.exit_code = exit_code
        self.output = output


class Ssh:
    def __init__(self, port: int, key: Path, known_hosts: Path, control: Path) -> None:
        """As root on a forwarded port of this machine. ``control`` is where the socket of the
        kept connection goes: a short path, as all sockets' are.
        """
        options = {
            "BatchMode": "yes",
            "ControlMaster": "auto",
            "ControlPath": control,
            "ControlPersist": "yes",
            "LogLevel": "ERROR",
            "ServerAliveInterval": 30,
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": known_hosts,
        }
        words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        self._command = ["ssh", "-F", "none", "-i", str(key), "-p", str(port), *words]
        self._host = "root@127.0.0.1"

    def run(self, command: str, *, timeout_s: float = 60, stdin: bytes = b"") -> str:
        """Gives what a shell command printed, errors among it; raises if it fails."""
        done = subprocess.run(
            [*self._command, self._host, f"exec 2>&1; {command}"],
            input=stdin,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
        output = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode != 0:
            raise CommandFailed(command, done.returncode, output)
        return output

    def start(self, command: str) -> subprocess.Popen[str]:
        """Have a shell command run beside the test, which talks to it through pipes, in lines."""
        return subprocess.Popen(
            [*self._command, self._host, command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def put(self, content: bytes, path: str) -> None:
        """Write a file, and the folders that it is in."""
        quoted = shlex.quote(path)
        self.run(f'mkdir -p "$(dirname {quoted})" && cat > {quoted}', stdin=content)

    def get(self, path: str) -> bytes:
        command = [*self._command, self._host, f"cat {shlex.quote(path)}"]
        return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout

    def close(self) -> None:
        subprocess.run([*self._command, "-O", "exit", self._host], capture_output=True, check=False)
