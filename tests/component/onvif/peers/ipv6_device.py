"""A camera that is there over IPv6 only: ipv6_device.py ADDRESS INTERFACE."""

import socket
import struct
import sys

address, interface = sys.argv[1:]

MATCH = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>
<a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>urn:uuid:six</a:Address></a:EndpointReference>
<d:Scopes>onvif://www.onvif.org/name/Six</d:Scopes>
<d:XAddrs>http://[fe80::1]/x http://[{}]:8000/onvif/device_service</d:XAddrs>
</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""

index = socket.if_nametoindex(interface)
group = struct.pack("=16sI", socket.inet_pton(socket.AF_INET6, "ff02::c"), index)
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as ear:
    ear.bind(("::", 3702))
    ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        datagram, prober = ear.recvfrom(65536)
        relates_to = datagram.partition(b"MessageID>")[2].partition(b"<")[0].decode()
        ear.sendto(MATCH.format(relates_to, address).encode(), prober)
