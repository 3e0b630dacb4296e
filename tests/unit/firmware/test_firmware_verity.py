"""The hash tree of a bundle, made here as the kernel's documentation of dm-verity describes it."""

import hashlib
import os

import pytest

from camerad.firmware.verity import BLOCK_BYTES, is_damaged

SALT = bytes(range(32))


def salted(block):
    return hashlib.sha256(SALT + block).digest()


def blocks(data):
    return [data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES)]


def hash_tree(data):
    """The root, and all levels in the order of the file."""
    levels = []
    hashes = [salted(block) for block in blocks(data)]
    while len(hashes) > 1:
        level = b"".join(hashes)
        levels.insert(0, level + bytes(-len(level) % BLOCK_BYTES))
        hashes = [salted(block) for block in blocks(levels[0])]
    return hashes[0], b"".join(levels)


def bundle(data, format_="verity"):
    root, tree = hash_tree(data)
    manifest = f"[bundle]\nformat={format_}\n"
    if format_ == "verity":
        manifest += f"verity-hash={root.hex()}\nverity-salt={SALT.hex()}\nverity-size={len(tree)}\n"
    signature = b"\x30" + manifest.encode()
    return data + tree + signature + len(signature).to_bytes(8)


@pytest.fixture
def damaged(tmp_path):
    def damaged(content):
        path = tmp_path / "bundle"
        path.write_bytes(content)
        return is_damaged(str(path))

    return damaged


@pytest.mark.parametrize("count", [1, 2, 127, 128, 129, 128 * 128 + 1])
def test_a_whole_bundle_is_not_damaged(damaged, count):
    assert not damaged(bundle(os.urandom(BLOCK_BYTES) * count))


@pytest.mark.parametrize("at", [0, 5 * BLOCK_BYTES + 77, 299 * BLOCK_BYTES, 301 * BLOCK_BYTES])
def test_one_bit_is_enough(damaged, at):
    content = bytearray(bundle(bytes(300 * BLOCK_BYTES)))
    content[at] ^= 1
    assert damaged(bytes(content))


def test_a_bundle_that_lacks_its_middle_is_damaged(damaged):
    content = bundle(os.urandom(300 * BLOCK_BYTES))
    assert damaged(content[:BLOCK_BYTES] + content[3 * BLOCK_BYTES :])


def test_without_a_tree_the_signature_covers_everything(damaged):
    assert not damaged(bundle(bytes(10 * BLOCK_BYTES), "plain"))


@pytest.mark.parametrize("content", [b"", b"short", bytes(100)])
def test_what_is_no_bundle_has_no_tree(damaged, content):
    assert not damaged(content)
