"""What tests need of a device under test, whatever it is."""

import abc

from ssh import Ssh

HTTP_PORT, HTTPS_PORT = 8080, 8081
"""camerad's, on the device."""


class Device(abc.ABC):
    ssh: Ssh
    """As root. Commands fail until the device has booted."""

    @property
    @abc.abstractmethod
    def url(self) -> str:
        """Where the device's plain HTTP is reached from this machine."""

    @property
    @abc.abstractmethod
    def https_url(self) -> str:
        """As ``url``, of its HTTPS."""

    @abc.abstractmethod
    def await_boot(self) -> None:
        """Returns when SSH answers; raises ``BootFailed``."""


class BootFailed(Exception):
    pass
