"""The cameras that are known."""

from msgspec import Struct

from camerad.onvif.names import DEVICE_SERVICE


class Credentials(Struct, frozen=True):
    """As whom to speak to a device."""

    username: str
    password: str

    def __repr__(self) -> str:
        """Without the password: it may end up in a traceback."""
        return f"Credentials({self.username!r})"


class Device(Struct, frozen=True, kw_only=True):
    """A camera, what it says of itself, and where its services are."""

    uuid: str
    """``urn:uuid:...``."""
    name: str
    hardware: str
    location: str
    services: dict[str, str]
    """URLs by the names that the proxy has for them; of ``device_service`` at least."""
    last_seen: str | None
    """When it last answered, as the API writes times; None if it never did."""

    @property
    def address(self) -> str:
        return self.services[DEVICE_SERVICE]

    def service(self, name: str) -> str | None:
        """The URL of a service by its name, or by the last part of its path, as a client makes it
        of the URLs that it was shown.
        """
        if name in self.services:
            return self.services[name]
        named = [url for url in self.services.values() if url.rpartition("/")[2] == name]
        return named[0] if len(named) == 1 else None
