"""Who asks, and how they have reached us."""

from msgspec import Struct

from camerad.accounts.principal import Principal
from camerad.onvif.addresses import Neighbourhood
from camerad.onvif.xmltree import Node


class Visit(Struct, frozen=True):
    """One request to the device's own services."""

    operation: Node
    base_url: str
    """Under which the client knows this device: ``http://192.168.1.100:8080``."""
    principal: Principal | None
    """None if they have not said who they are."""
    near: Neighbourhood
