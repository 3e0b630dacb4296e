"""Hears what is multicast to all by WS-Discovery: the first two of Hello and Bye, as JSON."""

import json
import socket
import struct
import sys

GROUP = struct.pack("=4s4s", socket.inet_aton("239.255.255.250"), socket.inet_aton("10.77.1.2"))

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("", 3702))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, GROUP)
    sock.settimeout(10)
    heard: list[str] = []
    while len(heard) < 2:
        datagram = sock.recv(65536).decode()
        heard += [name for name in ("Hello", "Bye") if f"<d:{name}>" in datagram]
sys.stdout.write(json.dumps(heard) + "\n")
