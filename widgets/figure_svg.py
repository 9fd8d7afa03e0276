"""Make Qt's SVG look the same everywhere: families any reader knows, words as wide as they were laid out."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from PySide6.QtGui import QFont, QFontMetricsF

from widgets.theme import Theme

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def portable_svg(content: bytes, theme: Theme) -> bytes:
    """Return an SVG of Qt's generator with every text given its width and a sound list of families.

    Qt writes the families unquoted, which makes the whole list void where one is no CSS name; and a reader
    without the first family would set words so wide that they run into each other.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(content)
    families = ", ".join([*(f"'{family}'" for family in theme.families), "sans-serif"])
    for text in root.iter(f"{{{SVG}}}text"):
        words = (text.text or "").strip("\n")
        font = QFont(theme.font("tick"))
        font.setPixelSize(max(1, round(float(text.get("font-size", "11")))))
        font.setWeight(QFont.Weight(int(text.get("font-weight", "400"))))
        text.text = words
        text.set("font-family", families)
        text.set("style", "font-feature-settings: 'tnum'")
        if words.strip():
            text.set("textLength", f"{QFontMetricsF(font).horizontalAdvance(words):.2f}")
            text.set("lengthAdjust", "spacingAndGlyphs")
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
