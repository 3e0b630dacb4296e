"""XML from strangers, read within bounds.

What a careful XML library refuses (document types, and with them all entities) is refused where it
begins, and so is what it lets pass: depth and number of elements. A document that is refused costs
no more than what came before its fault, and the trees are small.
"""

from typing import Final
from xml.parsers import expat

from msgspec import Struct


class XmlRefused(ValueError):
    """Why a document is not read, in words for people."""


class Bounds(Struct, frozen=True):
    """How much of a document is read."""

    size_bytes: int
    elements: int
    depth: int


DATAGRAM: Final = Bounds(16 * 1024, 512, 16)
"""Of WS-Discovery: answers of real devices have under 4 KiB, 30 elements and 8 levels."""
MESSAGE: Final = Bounds(256 * 1024, 8192, 64)
"""Of SOAP over HTTP."""


class Node:
    """An element, and where its tags begin in the bytes that it was read from."""

    __slots__ = ("attributes", "children", "end", "name", "start", "text")

    def __init__(self, name: str, attributes: dict[str, str], start: int) -> None:
        self.name = name
        """``{namespace}local``."""
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""
        """Its character data, without that of its children."""
        self.start = start
        self.end = start
        """Of the end tag; for an empty-element tag, where that is over."""

    @property
    def namespace(self) -> str:
        return self.name[1:].partition("}")[0] if self.name.startswith("{") else ""

    @property
    def local(self) -> str:
        return self.name.rpartition("}")[2]

    def find(self, *path: str) -> "Node | None":
        """The first descendant that is reached by these names, child by child."""
        node: Node | None = self
        for name in path:
            node = node and next((child for child in node.children if child.name == name), None)
        return node

    def text_at(self, *path: str) -> str:
        """The text of ``find``, stripped; empty if there is no such element."""
        node = self.find(*path)
        return node.text.strip() if node else ""


def parse(document: bytes, bounds: Bounds) -> Node:
    """The root of a document in UTF-8; raises ``XmlRefused``."""
    if len(document) > bounds.size_bytes:
        raise XmlRefused(f"more than {bounds.size_bytes} bytes")
    # The encoding is given, so that no declaration can choose one; UTF-16 expat would find out
    # all the same.
    if document.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in document:
        raise XmlRefused("not UTF-8")
    parser = expat.ParserCreate("utf-8", "}")
    builder = _Builder(parser, bounds)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise XmlRefused(f"not well-formed XML: {error}") from None
    assert builder.root is not None  # or it were not well-formed
    return builder.root


class _Builder:
    """Makes nodes of what expat tells."""

    def __init__(self, parser: expat.XMLParserType, bounds: Bounds) -> None:
        self.root: Node | None = None
        self._parser = parser
        self._bounds = bounds
        self._open: list[Node] = []
        self._left = bounds.elements

    def doctype(self, *_: object) -> None:
        raise XmlRefused("a document type is not accepted")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0:
            raise XmlRefused(f"more than {self._bounds.elements} elements")
        if len(self._open) >= self._bounds.depth:
            raise XmlRefused(f"more than {self._bounds.depth} levels")
        full = f"{{{name}" if "}" in name else name
        node = Node(full, attributes, self._parser.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _name: str) -> None:
        self._open.pop().end = self._parser.CurrentByteIndex

    def characters(self, text: str) -> None:
        self._open[-1].text += text
