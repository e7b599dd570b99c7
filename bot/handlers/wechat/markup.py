"""The platform's XML, read defensively: no DTD, no control characters, no surprise in shape."""

import re
from collections import Counter
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def without_control(text: str) -> str:
    """The text without the characters XML cannot hold; users' keyboards produce them and WeChat passes them on."""
    return _CONTROL.sub("", text)


def clean(body: bytes) -> str:
    """The body as text that an XML parser accepts; a broken UTF-8 byte costs one character, not the message."""
    return without_control(body.decode("utf-8", "replace"))


def leaves(body: bytes) -> dict[str, str] | None:
    """Tag -> text of the elements directly below `<xml>`; None when it is not such a document or has a DTD.

    Elements that are repeated or hold others are left out: a field must be one plain value to count.
    """
    try:
        root = SafeTree.fromstring(clean(body), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError):
        return None
    return _plain(root) if root.tag == "xml" else None


def _plain(root: Element) -> dict[str, str]:
    seen = Counter(child.tag for child in root)
    return {
        child.tag: (child.text or "").strip() for child in root if seen[child.tag] == 1 and not len(child)
    }


def cdata(text: str) -> str:
    """Text that may stand inside `<![CDATA[…]]>` and comes out as it went in, whatever a person typed."""
    return without_control(text).replace("]]>", "]]]]><![CDATA[>")
