"""A camera's half of WS-Discovery, by the package WSDiscovery.

publisher.py XADDR SCOPE...; it prints its uuid when it is there, and ends with its standard input.
"""

import sys

from wsdiscovery import QName, Scope
from wsdiscovery.publishing import ThreadedWSPublishing

publisher = ThreadedWSPublishing()
publisher.start()
publisher.publishService(
    types=[QName("http://www.onvif.org/ver10/network/wsdl", "NetworkVideoTransmitter")],
    scopes=[Scope(scope) for scope in sys.argv[2:]],
    xAddrs=[sys.argv[1]],
)
sys.stdout.write(f"{publisher.uuid}\n")
sys.stdout.flush()
sys.stdin.read()
publisher.stop()
