"""A client's half of WS-Discovery, by the package WSDiscovery: what it finds, as JSON."""

import json
import sys

from wsdiscovery import QName
from wsdiscovery.discovery import ThreadedWSDiscovery

search = ThreadedWSDiscovery()
search.start()
camera = QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")
found = search.searchServices(types=[camera], timeout=2)
sys.stdout.write(
    json.dumps(
        {
            service.getEPR(): [
                service.getXAddrs(),
                [scope.getValue() for scope in service.getScopes()],
            ]
            for service in found
        }
    )
    + "\n"
)
sys.stdout.flush()
search.stop()
