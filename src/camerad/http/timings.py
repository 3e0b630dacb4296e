"""Counts of requests, kept so cheaply that every request can be counted."""

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate
from typing import Final

from camerad.http.operation import plain_path

BOUNDS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
OTHER: Final = "other"
"""Stands for what clients make up: methods, and paths that lead nowhere."""


class Timings:
    """How many requests there were, and how long they waited for the head of their answer.

    By route and never by path: what clients can choose must not make the device keep more.
    """

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        """By method, route and status."""
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Of all requests of a route together."""
        self._buckets: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS_S) + 1))

    def count(self, method: str, route: str | None, status: int, duration_s: float | None) -> None:
        """Note an answer to a request of the route, as Sanic writes it; None if there was none."""
        if method not in METHODS:
            method = OTHER
        if route is None:
            route = OTHER
        self.requests[method, route, status] += 1
        if duration_s is None:
            return
        self.seconds[route] += duration_s
        self._buckets[route][bisect_left(BOUNDS_S, duration_s)] += 1

    def cumulative(self) -> dict[str, list[int]]:
        """For each route how many took up to each of ``BOUNDS_S``, and at the end all of them.

        May be called in any thread.
        """
        return {route: list(accumulate(buckets)) for route, buckets in list(self._buckets.items())}


def route_name(route: str) -> str:
    """``/web/{name}`` for what Sanic and ``Timings`` know as ``web/<name:str>``."""
    return route if route == OTHER else plain_path(f"/{route}")
