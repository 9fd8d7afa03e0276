"""Figures as part of a page: an SVG without what belongs to a file of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


def inline_svg(content: bytes, prefix: str, label: str) -> str:
    """Return an SVG for a page of HTML.

    Parameters
    ----------
    content
        A file's content. Its metadata and fixed size are left out; the width is that of the page.
    prefix
        What its identities begin with, so that several figures of a page do not mix them up.
    label
        What a reader who cannot see it is told.

    Raises
    ------
    ValueError
        Where it is no SVG, or refers to something outside itself.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError(f"not an SVG: {error}") from error
    if root.tag != f"{{{SVG}}}svg":
        raise ValueError("not an SVG")
    for name in ("metadata", "title", "desc"):
        for child in root.findall(f"{{{SVG}}}{name}"):
            root.remove(child)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.set("role", "img")
    root.set("aria-label", label)
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, _own(key, value, prefix))
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _own(key: str, value: str, prefix: str) -> str:
    """Return an attribute whose identities begin with a prefix."""
    if key == "id":
        return prefix + value
    if key in ("href", f"{{{XLINK}}}href"):
        if value.startswith("data:"):
            return value
        if not value.startswith("#"):
            raise ValueError(f"a figure refers to {value[:80]}")
        return f"#{prefix}{value[1:]}"
    return _REFERENCE.sub(lambda found: f"url(#{prefix}{found[1]})", value)
