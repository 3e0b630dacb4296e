"""A server of nothing but one handler, as plain as Sanic can be: what there is to compare with."""

import sys
from typing import Final

from sanic import Request, Sanic
from sanic.response import HTTPResponse, json

ANSWER: Final = {
    "status": "healthy",
    "timestamp": "2026-01-01T00:00:00Z",
    "checks": {"camera": "ok", "storage": "ok", "network": "ok"},
}
"""As camerad's, which has to find it out."""

app = Sanic("bare")


@app.get("/health")
async def health(_request: Request) -> HTTPResponse:
    return json(ANSWER)


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), single_process=True, motd=False, access_log=False)
