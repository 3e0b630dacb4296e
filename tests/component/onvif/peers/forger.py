"""Answers every probe that it hears, from whatever address, with what is not so.

forger.py OWN_ADDRESS URL...: as one device for each URL; then 10,000 datagrams of rubbish. It
prints a line when it hears.
"""

import socket
import struct
import sys

own, urls = sys.argv[1], sys.argv[2:]

MATCH = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>
<a:RelatesTo>{relates_to}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>
<a:EndpointReference><a:Address>urn:uuid:forged-{number}</a:Address></a:EndpointReference>
<d:Scopes>onvif://www.onvif.org/name/forged</d:Scopes><d:XAddrs>{url}</d:XAddrs>
</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"""

RUBBISH = (
    "<!--{0}-->" + "<a>" * 5000,
    '<!DOCTYPE x [<!ENTITY a "b">]><x>{0}&a;</x>',
    "{0}" + "\xff" * 8000,
    "<x>{0}" + "<y/>" * 3000 + "</x>",
)

GROUP = struct.pack("=4s4s", socket.inet_aton("239.255.255.250"), socket.inet_aton(own))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
    ear.bind(("", 3702))
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, GROUP)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    flooded = False
    while True:
        datagram, prober = ear.recvfrom(65536)
        relates_to = datagram.partition(b"MessageID>")[2].partition(b"<")[0].decode()
        for number, url in enumerate(urls):
            answer = MATCH.format(relates_to=relates_to, number=number, url=url)
            ear.sendto(answer.encode(), prober)
        for number in range(0 if flooded else 10_000):
            ear.sendto(RUBBISH[number % len(RUBBISH)].format(relates_to).encode(), prober)
        flooded = True
