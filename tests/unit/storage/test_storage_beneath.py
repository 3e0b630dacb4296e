import errno
import os
import stat

import pytest

from camerad.storage import beneath
from camerad.storage.beneath import best_opener, open_by_kernel, open_by_steps


@pytest.fixture
def root(tmp_path):
    (tmp_path / "outside").write_bytes(b"secret")
    inside = tmp_path / "root"
    (inside / "sub" / "deep").mkdir(parents=True)
    (inside / "file").write_bytes(b"file")
    (inside / "sub" / "deep" / "file").write_bytes(b"deep")
    (inside / "link").symlink_to("file")
    (inside / "out").symlink_to("../outside")
    (inside / "absolute").symlink_to("/etc/hostname")
    (inside / "up").symlink_to("..")
    (inside / "across").symlink_to("sub")
    descriptor = os.open(inside, os.O_PATH)
    yield descriptor
    os.close(descriptor)


needs_openat2 = pytest.mark.skipif(
    best_opener() is not open_by_kernel, reason="there is no openat2 here, as under qemu-user"
)


@pytest.fixture(params=[pytest.param(open_by_kernel, marks=needs_openat2), open_by_steps])
def opener(request):
    return request.param


@pytest.mark.parametrize(
    ("names", "content"), [(["file"], b"file"), (["sub", "deep", "file"], b"deep")]
)
def test_what_is_below_opens(opener, root, names, content):
    descriptor = opener(root, names, os.O_RDONLY)
    assert os.read(descriptor, 10) == content
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


def test_no_names_is_the_directory_itself(opener, root):
    descriptor = opener(root, [], os.O_RDONLY | os.O_DIRECTORY)
    assert "sub" in os.listdir(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize(
    ("names", "number"),
    [
        (["link"], errno.ELOOP),
        (["out"], errno.ELOOP),
        (["absolute"], errno.ELOOP),
        (["up", "outside"], errno.ELOOP),
        (["across", "deep", "file"], errno.ELOOP),
        (["missing"], errno.ENOENT),
        (["missing", "x"], errno.ENOENT),
        (["file", "x"], errno.ENOTDIR),
    ],
)
def test_what_is_refused(opener, root, names, number):
    with pytest.raises(OSError) as caught:  # noqa: PT011  the number is what is looked at
        opener(root, names, os.O_RDONLY)
    assert caught.value.errno == number


def test_a_link_itself(opener, root):
    descriptor = opener(root, ["out"], os.O_PATH | os.O_NOFOLLOW)
    assert stat.S_ISLNK(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    for flags in (os.O_PATH, os.O_RDONLY | os.O_DIRECTORY, os.O_PATH | os.O_DIRECTORY):
        with pytest.raises(OSError, match="symbolic"):
            opener(root, ["up"], flags)


@needs_openat2
@pytest.mark.parametrize("names", [["..", "outside"], ["sub", "..", "..", "outside"]])
def test_the_kernel_refuses_what_the_grammar_should_have(root, names):
    with pytest.raises(OSError, match="cross-device"):
        open_by_kernel(root, names, os.O_RDONLY)


def test_no_descriptor_leaks(opener, root):
    before = len(os.listdir("/proc/self/fd"))
    for names in (["sub", "deep", "file"], ["sub", "x", "y"], ["link"], []):
        try:
            os.close(opener(root, names, os.O_RDONLY))
        except OSError:
            continue
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_without_the_call_it_goes_by_steps(monkeypatch, number):
    def refuse(*_):
        raise OSError(number, "")

    monkeypatch.setattr(beneath, "openat2_beneath", refuse)
    assert best_opener.__wrapped__() is open_by_steps


@needs_openat2
def test_a_look_up_that_was_disturbed_is_repeated(root, monkeypatch):
    real, calls = beneath.openat2_beneath, []

    def disturbed(*arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise OSError(errno.EAGAIN, "")
        return real(*arguments)

    monkeypatch.setattr(beneath, "openat2_beneath", disturbed)
    os.close(open_by_kernel(root, ["file"], os.O_RDONLY))
    assert len(calls) == 3


def test_a_look_up_that_is_always_disturbed_ends(root, monkeypatch):
    def disturbed(*_):
        raise OSError(errno.EAGAIN, "")

    monkeypatch.setattr(beneath, "openat2_beneath", disturbed)
    with pytest.raises(OSError, match="symbolic"):
        open_by_kernel(root, ["file"], os.O_RDONLY)
