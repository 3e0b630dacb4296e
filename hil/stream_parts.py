"""A live stream taken apart."""

from collections.abc import Iterator

import requests


def stream_parts(answer: requests.Response) -> Iterator[tuple[dict[str, str], bytes]]:
    """The headers and the body of each part of a multipart/x-mixed-replace answer, to its end."""
    headers: dict[str, str] = {}
    while line := answer.raw.readline():
        name, separator, value = line.decode().strip().partition(": ")
        if separator:
            headers[name.lower()] = value
        elif headers:
            yield headers, answer.raw.read(int(headers["content-length"]))
            headers = {}
