"""Sends probes, from whatever address, and counts the answers that come to this machine.

prober.py TO FROM COUNT; a FROM that is not this machine's is given to it.
"""

import contextlib
import socket
import subprocess
import sys
import time

to, source, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

PROBE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>
<a:MessageID>urn:uuid:00000000-0000-4000-8000-{:012}</a:MessageID></s:Header>
<s:Body><d:Probe/></s:Body></s:Envelope>"""

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    try:
        sock.bind((source, 0))
    except OSError:
        subprocess.run(["ip", "addr", "add", f"{source}/32", "dev", "lo"], check=True)
        sock.bind((source, 0))
    for number in range(count):
        sock.sendto(PROBE.format(number).encode(), (to, 3702))
    sock.settimeout(0.1)
    answers, until_s = 0, time.monotonic() + 1
    while time.monotonic() < until_s:
        with contextlib.suppress(TimeoutError):
            answers += b"ProbeMatches" in sock.recv(65536)
sys.stdout.write(f"{answers}\n")
