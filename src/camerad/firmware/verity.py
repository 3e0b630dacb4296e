"""The hash tree in a bundle, as the kernel's dm-verity has it.

The signature of such a bundle covers the root of the tree alone. RAUC has the kernel check the rest
block by block while it installs: damage would be found when half of the slot is overwritten.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from msgspec import Struct

BLOCK_BYTES: Final = 4096
MAX_SIGNATURE_BYTES: Final = 16 << 20

# The manifest stands in the signature as plain text.
_FACTS: Final = {
    name: re.compile(rb"^verity-" + name.encode() + rb"=([0-9a-f]+)\r?$", re.MULTILINE)
    for name in ("hash", "salt", "size")
}


class Signed(Struct, frozen=True):
    """Where the tree is, and what the signed manifest says of it."""

    root: bytes
    salt: bytes
    data_bytes: int
    tree_bytes: int


def is_damaged(path: str) -> bool:
    """Whether the content of a bundle is not what its signature, which is good, is for.

    False for a bundle without such a tree, whose signature covers all of it. Blocks.
    """
    with open(path, "rb") as file:
        signed = _signed(file)
        if signed is None:
            return False
        root, tree = _tree(_blocks(file, signed.data_bytes), signed.salt)
        file.seek(signed.data_bytes)
        return root != signed.root or file.read(signed.tree_bytes) != tree


def signature_of(file: BinaryIO) -> bytes | None:
    """The CMS structure at the end of a bundle; its size, in 64 bits, is the last of the file."""
    file_bytes = file.seek(0, os.SEEK_END)
    if file_bytes < 8:
        return None
    file.seek(-8, os.SEEK_END)
    size_bytes = int.from_bytes(file.read(8))
    if not 0 < size_bytes <= min(file_bytes - 8, MAX_SIGNATURE_BYTES):
        return None
    file.seek(-8 - size_bytes, os.SEEK_END)
    signature = file.read(size_bytes)
    # A DER SEQUENCE.
    return signature if signature.startswith(b"\x30") else None


def _signed(file: BinaryIO) -> Signed | None:
    signature = signature_of(file) or b""
    found = {name: fact.search(signature) for name, fact in _FACTS.items()}
    facts = {name: match[1].decode() for name, match in found.items() if match}
    if len(facts) < len(_FACTS):
        return None
    tree_bytes = int(facts["size"])
    data_bytes = file.seek(0, os.SEEK_END) - 8 - len(signature) - tree_bytes
    root, salt = bytes.fromhex(facts["hash"]), bytes.fromhex(facts["salt"])
    return Signed(root, salt, max(data_bytes, 0), tree_bytes)


def _blocks(file: BinaryIO, size_bytes: int) -> Iterator[bytes]:
    file.seek(0)
    for _ in range(size_bytes // BLOCK_BYTES):
        yield file.read(BLOCK_BYTES)


def _tree(blocks: Iterator[bytes], salt: bytes) -> tuple[bytes, bytes]:
    """The root over some blocks, and the levels below it: the smallest, which it hashes, first."""
    tree = b""
    level = _digests(blocks, salt)
    while len(level) > hashlib.sha256().digest_size:
        level += bytes(-len(level) % BLOCK_BYTES)
        tree = level + tree
        level = _digests(
            (level[at : at + BLOCK_BYTES] for at in range(0, len(level), BLOCK_BYTES)), salt
        )
    return level, tree


def _digests(blocks: Iterator[bytes], salt: bytes) -> bytes:
    salted = hashlib.sha256(salt)
    digests = bytearray()
    for block in blocks:
        digest = salted.copy()
        digest.update(block)
        digests += digest.digest()
    return bytes(digests)
