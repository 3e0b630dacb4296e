"""The typical Huffman tables of ITU-T T.81, Annex K.3, as one DHT segment.

Cameras may leave them out of Motion-JPEG, because both sides know them.
"""

import struct
from typing import Final

_DC_VALUES: Final = bytes(range(12))

_LUMINANCE_AC_VALUES: Final = bytes.fromhex(
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f0"
    "2433627282090a161718191a25262728292a3435363738393a43444546474849"
    "4a535455565758595a636465666768696a737475767778797a83848586878889"
    "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5"
    "c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8"
    "f9fa"
)

_CHROMINANCE_AC_VALUES: Final = bytes.fromhex(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0"
    "156272d10a162434e125f11718191a262728292a35363738393a434445464748"
    "494a535455565758595a636465666768696a737475767778797a828384858687"
    "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3"
    "c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
    "f9fa"
)

# Class and destination, then how many codes have 1, 2, ... 16 bits (Tables K.3 to K.6).
_TABLES: Final = b"".join(
    (
        b"\x00" + bytes.fromhex("00010501010101010100000000000000") + _DC_VALUES,
        b"\x10" + bytes.fromhex("0002010303020403050504040000017d") + _LUMINANCE_AC_VALUES,
        b"\x01" + bytes.fromhex("00030101010101010101010000000000") + _DC_VALUES,
        b"\x11" + bytes.fromhex("00020102040403040705040400010277") + _CHROMINANCE_AC_VALUES,
    )
)

STANDARD_TABLES: Final = struct.pack(">HH", 0xFFC4, 2 + len(_TABLES)) + _TABLES
