"""Commands and files over one SSH connection, which OpenSSH keeps open between them."""

import shlex
import subprocess
import time
from pathlib import Path


class CommandFailed(Exception):
    def __init__(self, command: str, exit_code: int, output: str) -> None:
        super().__init__(f"`{command}` ended with {exit_code}:\n{output}")
        self.exit_code = exit_code
        self.output = output


class Ssh:
    def __init__(self, host: str, port: int, key: Path, known_hosts: Path, control: Path) -> None:
        """``host`` with its user, who is root. ``control`` is where the socket of the kept
        connection goes: a short path, as all sockets' are.
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
        self._host = host
        self._control = control

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

    def answers_within(self, timeout_s: float) -> bool:
        """Whether commands can be run, now or soon."""
        deadline_s = time.monotonic() + timeout_s
        while time.monotonic() < deadline_s:
            try:
                self.run("true", timeout_s=timeout_s)
            except (CommandFailed, subprocess.TimeoutExpired):
                time.sleep(1)  # nothing to wait on: the device is not there yet
            else:
                return True
        return False

    def put(self, content: bytes, path: str) -> None:
        """Write a file, and the folders that it is in."""
        quoted = shlex.quote(path)
        self.run(f'mkdir -p "$(dirname {quoted})" && cat > {quoted}', stdin=content)

    def get(self, path: str) -> bytes:
        command = [*self._command, self._host, f"cat {shlex.quote(path)}"]
        return subprocess.run(command, capture_output=True, timeout=60, check=True).stdout

    def close(self) -> None:
        """End the kept connection, if there is one."""
        if self._control.exists():
            end = [*self._command, "-O", "exit", self._host]
            subprocess.run(end, capture_output=True, check=False)
