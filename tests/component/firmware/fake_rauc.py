"""Stands where RAUC does, in a version newer than this machine's: what bundles are is told by
``InspectBundle``, errors in words, and installations go on until a file says how they end.
"""

import asyncio
import sys
from pathlib import Path

from dbus_fast import DBusError, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property, method, signal


class Installer(ServiceInterface):
    def __init__(self, folder: Path) -> None:
        super().__init__("de.pengutronix.rauc.Installer")
        self._folder = folder
        self._operation = "idle"
        self._last_error = ""
        self._progress = [0, "", 0]
        self._installed = 0

    @method()
    def InspectBundle(self, bundle: "s", args: "a{sv}") -> "a{sv}":  # noqa: ARG002, F722, F821, N802
        word = Path(bundle).read_text()
        if word == "expired":
            text = "signature verification failed: Verify error: certificate has expired"
            raise DBusError("org.gtk.GDBus.UnmappedGError.Quark._r_2dsignature.Code3", text)
        image = {"slot-class": Variant("s", "rootfs"), "size": Variant("t", int(word))}
        update = {"compatible": Variant("s", "new"), "version": Variant("s", "9.0.0")}
        return {"update": Variant("a{sv}", update), "images": Variant("aa{sv}", [image])}

    @method()
    async def InstallBundle(self, source: "s", args: "a{sv}"):  # noqa: ARG002, F722, F821, N802
        self._change(Operation="installing", LastError="")
        self._task = asyncio.create_task(self._install())

    @method()
    def GetSlotStatus(self) -> "a(sa{sv})":  # noqa: F722, N802
        return [["rootfs.0", self._slot("booted", "A")], ["rootfs.1", self._slot("inactive", "B")]]

    @method()
    def GetPrimary(self) -> "s":  # noqa: F821, N802
        return "rootfs.0"

    @dbus_property(PropertyAccess.READ)
    def Operation(self) -> "s":  # noqa: F821, N802
        return self._operation

    @dbus_property(PropertyAccess.READ)
    def LastError(self) -> "s":  # noqa: F821, N802
        return self._last_error

    @dbus_property(PropertyAccess.READ)
    def Progress(self) -> "(isi)":  # noqa: F821, N802
        return self._progress

    @dbus_property(PropertyAccess.READ)
    def Compatible(self) -> "s":  # noqa: F821, N802
        return "new"

    @signal()
    def Completed(self, result) -> "i":  # noqa: F821, N802
        return result

    def _slot(self, state: str, bootname: str) -> dict[str, Variant]:
        facts = {"class": "rootfs", "bootname": bootname, "state": state, "boot-status": "good"}
        facts["device"] = str(self._folder / f"{bootname}.img")
        slot = {name: Variant("s", value) for name, value in facts.items()}
        if bootname == "B" and self._installed:
            slot["installed.count"] = Variant("u", self._installed)
            slot["status"] = Variant("s", "ok")
        return slot

    async def _install(self) -> None:
        for percentage in (20, 40, 99):
            self._change(Progress=[percentage, f"{percentage} done", 1])
        while not (end := self._folder / "end").exists():
            await asyncio.sleep(0.02)
        error = end.read_text()
        self._installed += not error
        self._change(LastError=error)
        self.Completed(int(bool(error)))
        self._change(Operation="idle")

    def _change(self, **values: object) -> None:
        self._operation = values.get("Operation", self._operation)
        self._last_error = values.get("LastError", self._last_error)
        self._progress = values.get("Progress", self._progress)
        self.emit_properties_changed(values)


async def main() -> None:
    bus = await MessageBus().connect()
    bus.export("/", Installer(Path(sys.argv[1])))
    await bus.request_name("de.pengutronix.rauc")
    await bus.wait_for_disconnect()


asyncio.run(main())
