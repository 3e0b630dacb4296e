"""What a bundle must be, whatever RAUC says of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from camerad import __version__
from camerad.errors import IncompatibleFirmware, InvalidSignature, UpdateInProgress
from camerad.firmware.rauc import BundleInfo, Slot
from camerad.firmware.verifier import Verifier, running_version
from camerad.system.bus import Refusal

SIGNATURE = b"\x30\x03abc"
EXPIRED = b"\x30\x40" + b"\x30\x1e\x17\x0d010101000000Z\x17\x0d010108000000Z"
VALID = b"\x30\x40" + b"\x30\x1e\x17\x0d010101000000Z\x17\x0d491231235959Z"
OLD_CENTURY = b"\x30\x40" + b"\x30\x1e\x17\x0d980101000000Z\x17\x0d991231235959Z"


class FakeInstaller:
    """Finds in every bundle what it is told to find."""

    def __init__(self, found: BundleInfo | Refusal) -> None:
        self.installing = False
        self._found = found

    async def inspect(self, _path):
        if isinstance(self._found, Refusal):
            raise self._found
        return self._found

    async def compatible(self):
        return "camera"

    async def busy(self):
        return self.installing


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def slots(tmp_path):
    """Of 1000 bytes each; version 1.5 runs."""
    found = []
    for name, version in (("A", "1.5"), ("B", "1.0")):
        (tmp_path / name).write_bytes(bytes(1000))
        device, booted = str(tmp_path / name), name == "A"
        found.append(
            Slot(
                name=name,
                kind="rootfs",
                bootname=name,
                device=device,
                booted=booted,
                good=True,
                version=version,
                installed=None,
                installations=1,
                activations=1,
                intact=True,
            )
        )
    return found


@pytest.fixture
def verify(threads, slots, tmp_path):
    """`verify(found, force=False, content=b"")` verifies a file in which RAUC finds something."""

    async def verify(found, *, force=False, content=b"", installing=False):
        path = tmp_path / "bundle"
        path.write_bytes(content)
        installer = FakeInstaller(found)
        installer.installing = installing
        return await Verifier(installer, threads).verify(str(path), slots, force=force)

    return verify


@pytest.mark.parametrize(
    ("version", "force"), [("1.5", False), ("1.10", False), ("2.0", False), ("1.4", True)]
)
async def test_a_good_bundle_passes(verify, version, force):
    info = BundleInfo("camera", version, {"rootfs": 1000, "other": 5000})
    assert await verify(info, force=force) == info


@pytest.mark.parametrize(
    ("compatible", "version", "size_bytes", "word"),
    [
        ("fridge", "2.0", 0, "another device"),
        ("camera", "1.4", 0, "older"),
        ("camera", "2.0", 1001, "too large"),
    ],
)
async def test_what_does_not_fit_is_refused(verify, compatible, version, size_bytes, word):
    with pytest.raises(IncompatibleFirmware, match=word):
        await verify(BundleInfo(compatible, version, {"rootfs": size_bytes}))


@pytest.mark.parametrize(
    ("text", "signature", "word"),
    [
        ("Verify error: certificate has expired", SIGNATURE, "expired"),
        ("rauc info error", EXPIRED, "expired"),
        ("rauc info error", OLD_CENTURY, "expired"),
        ("rauc info error", VALID, "damaged, or signed by somebody unknown"),
        ("Verify error: unable to get local issuer certificate", SIGNATURE, "somebody unknown"),
        ("rauc info error", b"\x31\x03abc", "cut short"),
        ("rauc info error", b"", "cut short"),
    ],
)
async def test_a_bad_signature_is_told_as_what_it_is(verify, text, signature, word):
    content = b"image" + signature + len(signature).to_bytes(8)
    with pytest.raises(InvalidSignature, match=word):
        await verify(Refusal("org.gtk.GDBus", text), content=content)


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff" * 100])
async def test_what_is_no_bundle_is_told_so(verify, content):
    with pytest.raises(InvalidSignature, match="no bundle"):
        await verify(Refusal("org.gtk.GDBus", "rauc info error"), content=content)


async def test_real_paths_are_not_told(verify, tmp_path):
    refusal = Refusal("org.gtk.GDBus", f"Failed to open {tmp_path}/bundle")
    with pytest.raises(InvalidSignature) as caught:
        await verify(refusal)
    assert caught.value.details == "Failed to open the bundle"


async def test_who_installs_cannot_verify(verify):
    with pytest.raises(UpdateInProgress):
        await verify(Refusal("org.gtk.GDBus", "already processing"), installing=True)


def test_the_version_that_runs_is_the_one_that_was_installed(slots):
    assert running_version(slots) == "1.5"
    assert running_version([]) == __version__
