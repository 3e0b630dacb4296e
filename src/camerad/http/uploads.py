"""``/upload``: files from clients."""

import contextlib
import re
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sanic import Blueprint, Request
from sanic.headers import parse_content_header
from sanic.response import BaseHTTPResponse

from camerad.accounts.roles import Role
from camerad.config.store import ConfigStore
from camerad.errors import (
    FileExists,
    IncompatibleFirmware,
    InsufficientStorage,
    InvalidRequest,
    InvalidSignature,
    Overloaded,
    PayloadTooLarge,
    RecordingInProgress,
    ServiceMissing,
    UnsupportedMediaType,
    UpdateInProgress,
)
from camerad.firmware.staging import FIRMWARE
from camerad.firmware.updates import Incoming, Updates
from camerad.http.answers import json_answer
from camerad.http.gate import Gate
from camerad.http.limits import Limit
from camerad.http.operation import Media, Operation
from camerad.http.receiving import receive
from camerad.http.takeover import untimed
from camerad.http.threads import held, in_thread
from camerad.storage.paths import HOME
from camerad.storage.tree import Tree
from camerad.storage.writer import Writer

if TYPE_CHECKING:
    from camerad.http.form import FileForm

MAX_UPLOADS: Final = 4
"""At once; each has a thread and some MiB."""

FORM_BYTES: Final = 64 * 1024
"""All that a form may hold beside its file: far more than names, a path and a flag need."""

_BOUNDARY = re.compile(r"[ -~]{1,200}")


class UploadForm(Struct, frozen=True):
    """The form of ``/upload``; its fields may come in any order. ``force`` is for firmware: it may
    be older than what runs.
    """

    file: bytes
    path: str = HOME
    # A form is text: 1 and 0 are true and false in it too.
    overwrite: bool | Literal[0, 1] = False
    force: bool | Literal[0, 1] = False


class _Wish(Struct, frozen=True):
    """All of the form but its file."""

    path: str = HOME
    overwrite: bool = False
    force: bool = False


class UploadedFirmware(Struct, frozen=True):
    """A bundle that was verified: it waits to be installed, or is being installed."""

    version: str
    state: Literal["ready", "installing"]


class UploadAnswer(Struct, frozen=True):
    """The answer of ``/upload``: ``path`` is virtual, ``size`` in bytes."""

    success: bool
    filename: str
    path: str
    size: int
    firmware: UploadedFirmware | UnsetType = UNSET


UPLOAD: Final = Operation(
    summary="Store a file",
    method="POST",
    role=Role.ADMIN,
    limit=Limit.UPLOADS,
    body=Media("multipart/form-data", "The file and where to put it.", UploadForm),
    answer=UploadAnswer,
    errors=(
        FileExists,
        RecordingInProgress,
        UpdateInProgress,
        PayloadTooLarge,
        UnsupportedMediaType,
        InvalidSignature,
        IncompatibleFirmware,
        Overloaded,
        ServiceMissing,
        InsufficientStorage,
    ),
)


class Uploads:
    """Takes files in. They go to the disk as they come, and appear under their names when whole."""

    def __init__(
        self, tree: Tree, threads: Executor, config: ConfigStore, updates: Updates
    ) -> None:
        """``threads`` are at least ``MAX_UPLOADS``, and for uploads alone: each needs one."""
        self._tree = tree
        self._threads = threads
        self._config = config
        self._updates = updates
        self._under_way = 0

    def blueprint(self, gate: Gate) -> Blueprint:
        blueprint = Blueprint("uploads")
        gate.route(blueprint, UPLOAD, self.upload, "/upload")
        return blueprint

    async def upload(self, request: Request) -> BaseHTTPResponse:
        boundary = _boundary(request)
        announced_bytes = self._announced_bytes(request)
        began_s = time.monotonic()
        stage = partial(self._tree.stage, announced_bytes)
        with self._one_of_few():
            async with held(self._threads, stage, Writer.abort) as writer:
                form = await in_thread(self._threads, partial(self._form, boundary, writer))
                await receive(request, self._threads, form.feed)
                with untimed(request):
                    return json_answer(await self._keep(form, writer, began_s))

    def _announced_bytes(self, request: Request) -> int:
        """The size of the body, 0 if it comes in chunks; raises ``PayloadTooLarge``."""
        announced_bytes = int(request.headers.get("content-length", 0))
        if announced_bytes > self._max_file_bytes + FORM_BYTES:
            raise PayloadTooLarge(
                "The file is too large", f"At most {self._max_file_bytes} bytes can be uploaded"
            )
        return announced_bytes

    @property
    def _max_file_bytes(self) -> int:
        return self._config.current.storage.max_upload_bytes

    @contextlib.contextmanager
    def _one_of_few(self) -> Iterator[None]:
        if self._under_way >= MAX_UPLOADS:
            raise Overloaded("Too many uploads", f"At most {MAX_UPLOADS} at a time")
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def _form(self, boundary: str, writer: Writer) -> "FileForm":
        from camerad.http.form import FileForm  # noqa: PLC0415  - not at the start, see there

        return FileForm(
            boundary,
            writer,
            max_file_bytes=self._max_file_bytes,
            max_other_bytes=FORM_BYTES,
        )

    async def _keep(self, form: "FileForm", writer: Writer, began_s: float) -> UploadAnswer:
        wish, path = await in_thread(self._threads, partial(self._aim, form, writer))
        answer = UploadAnswer(True, path.rpartition("/")[2], path, writer.size_bytes)
        if not path.startswith(FIRMWARE):
            await in_thread(self._threads, writer.commit)
            return answer
        install = self._config.current.firmware.auto_install
        incoming = Incoming(writer, path, began_s, wish.force)
        bundle = await self._updates.take(incoming, install=install)
        firmware = UploadedFirmware(bundle.version, "installing" if install else "ready")
        return msgspec.structs.replace(answer, firmware=firmware)

    def _aim(self, form: "FileForm", writer: Writer) -> tuple[_Wish, str]:
        """What the form wishes, and the path that its file will have."""
        name = form.finish()
        wish = _wish(form.fields)
        path = f"{wish.path.removesuffix('/')}/{name}"
        return wish, str(self._tree.aim(writer, path, overwrite=wish.overwrite))


def _boundary(request: Request) -> str:
    media_type, options = parse_content_header(request.headers.get("content-type", ""))
    if media_type != "multipart/form-data":
        raise UnsupportedMediaType(
            "The request body has the wrong media type", "Send Content-Type: multipart/form-data"
        )
    boundary = str(options.get("boundary", ""))
    if not _BOUNDARY.fullmatch(boundary):
        raise InvalidRequest("The form has no boundary", "It belongs into the Content-Type")
    return boundary


def _wish(fields: dict[str, str]) -> _Wish:
    """A field that is left empty says as much as one that is left out."""
    filled = {name: value for name, value in fields.items() if value}
    try:
        return msgspec.convert(filled, _Wish, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidRequest("The form is not valid", str(error)) from None
