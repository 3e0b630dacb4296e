"""vivid, the kernel's own virtual camera, with its plug and its buttons."""

from programs import bring, python
from ssh import Ssh

OPTIONS = "n_devs=1 node_types=0x1 num_inputs=1 input_types=0"
"""One camera with one node, a webcam by its input: it has sizes and rates as real ones have."""
DRIVER = "/sys/bus/platform/drivers/vivid"
NODES = "/sys/devices/platform/vivid.0/video4linux"


class Vivid:
    def __init__(self, ssh: Ssh) -> None:
        self._ssh = ssh
        bring(ssh, "agent")
        ssh.run(f"modprobe vivid {OPTIONS} && udevadm settle")

    @property
    def node(self) -> str:
        """As it is called now."""
        return f"/dev/{self._ssh.run(f'ls {NODES}').strip()}"

    def unplug(self) -> None:
        self._ssh.run(f"echo vivid.0 > {DRIVER}/unbind")

    def plug(self) -> None:
        self._ssh.run(f"echo vivid.0 > {DRIVER}/bind")

    def press(self, button: str) -> None:
        """One of vivid's own controls, which make it fail: ``Disconnect`` and others."""
        self._ssh.run(python("agent.press", self.node, button))
