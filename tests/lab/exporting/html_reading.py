"""A strict reader of HTML: every element closed, every identity once, nothing from outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "hr", "input"}
BLOCKS = {"div", "section", "table", "p", "ul", "dl", "pre", "h2", "h3", "figure", "details"}


class Page(HTMLParser):
    """A page that was read; raises AssertionError where it is not sound."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.identities: set[str] = set()
        self.texts: list[tuple[str, str]] = []
        self.links: list[dict[str, str]] = []
        self.tags: list[str] = []
        assert source.startswith("<!DOCTYPE html>\n")
        # a bare & or < would be guessed at by a browser
        bare = re.sub(r"<(style)>.*?</\1>", "", source, flags=re.DOTALL)
        assert not re.search(r"&(?!(?:[a-zA-Z]+|#\d+|#x[0-9a-fA-F]+);)", bare)
        self.feed(source)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        values = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") for name in names), "a script"
        assert tag != "script"
        if "p" in self.open:
            assert tag not in BLOCKS, f"<{tag}> inside <p>"
        identity = values.get("id")
        if identity is not None:
            assert identity not in self.identities, identity
            self.identities.add(identity)
        for name in ("href", "src", "xlink:href", "srcset", "action"):
            if name in values:
                assert values[name].startswith(("#", "data:")), values[name]
        for value in values.values():
            for found in re.findall(r"url\(([^)]*)\)", value):
                assert found.startswith("#"), found
        if tag == "a":
            self.links.append(values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open or "math" in self.open or tag in VOID, f"<{tag}/> is no HTML"
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> out of order"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            assert "@import" not in data and "url(" not in data and "http" not in data
        elif data.strip():
            self.texts.append((self.open[-1] if self.open else "", data))

    def words(self, tag: str = "") -> list[str]:
        """All text, or that directly inside an element."""
        return [text for inside, text in self.texts if not tag or inside == tag]
