"""XML within bounds."""

import pytest

from camerad.onvif.xmltree import MESSAGE, Bounds, XmlRefused, parse

SMALL = Bounds(1000, 5, 3)


def test_a_document_becomes_a_tree():
    root = parse(b'<a xmlns="urn:x"><b c="1"> text </b><b/><d xmlns="">x<e/>y</d></a>', MESSAGE)
    assert (root.name, root.namespace, root.local) == ("{urn:x}a", "urn:x", "a")
    assert [child.name for child in root.children] == ["{urn:x}b", "{urn:x}b", "d"]
    assert root.children[0].attributes == {"c": "1"}
    assert root.text_at("{urn:x}b") == "text"
    assert root.find("d").text == "xy"
    assert root.find("d", "e").name == "e"


@pytest.mark.parametrize("path", [("x",), ("b", "x"), ("b", "c", "x")])
def test_what_is_not_there_has_no_text(path):
    root = parse(b"<a><b><c/></b></a>", MESSAGE)
    assert root.find(*path) is None
    assert root.text_at(*path) == ""


def test_it_is_known_where_tags_begin_and_end():
    document = b"<a><b>t</b><c/></a>"
    b, c = parse(document, MESSAGE).children
    assert document[b.start :].startswith(b"<b>")
    assert document[b.end :].startswith(b"</b>")
    assert document[c.start : c.end] == b"<c/>"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"<!DOCTYPE a><a/>", "document type"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://x/"><a/>', "document type"),
        (b"<a><b/><b/><b/><b/><b/></a>", "5 elements"),
        (b"<a><b><c><d/></c></b></a>", "3 levels"),
        (b"<a>" * 300, "3 levels"),
        (b"<a>" + b" " * 1000 + b"</a>", "1000 bytes"),
        (b"<a>&b;</a>", "well-formed"),
        (b"<a><b></a>", "well-formed"),
        (b"<a:b/>", "well-formed"),
        (b"", "well-formed"),
        ("<a/>".encode("utf-16"), "not UTF-8"),
        ("<a/>".encode("utf-16-le"), "not UTF-8"),
        ("<a/>".encode("utf-16-be"), "not UTF-8"),
        (b"<a>\xe4</a>", "well-formed"),
        (b'<?xml version="1.0" encoding="utf-7"?><a>\xff</a>', "well-formed"),
        (b"<a/><b/>", "well-formed"),
    ],
)
def test_what_is_refused(document, why):
    with pytest.raises(XmlRefused, match=why):
        parse(document, SMALL)


def test_what_is_within_the_bounds_is_not():
    assert len(parse(b"<a><b><c/></b><d/><e/></a>", SMALL).children) == 3
