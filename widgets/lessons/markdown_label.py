"""Text in Markdown that wraps, as a lesson's author wrote it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.controls_labels import numbers_kept_whole

_FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML

PARAGRAPH = 8
"""Pixels under a paragraph."""


class MarkdownLabel(QLabel):
    """Shows Markdown. HTML in it is shown as it stands: a lesson is a file that anybody may have written."""

    def __init__(self, parent: QWidget | None = None, *, kind: str = "") -> None:
        super().__init__(parent)
        if kind:
            self.setProperty("k", kind)
        self.markdown = ""
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_markdown(self, text: str) -> None:
        """Show another text."""
        if text != self.markdown:
            self.markdown = text
            document = QTextDocument()
            document.setDefaultFont(self.font())
            document.setMarkdown(numbers_kept_whole(text.strip()), _FEATURES)
            _space(document)
            self.setText(document.toHtml())


def _space(document: QTextDocument) -> None:
    """Set paragraphs apart, which Qt's reader of Markdown leaves close."""
    cursor = QTextCursor(document)
    block = document.begin()
    while block.isValid():
        following = block.next()
        listed = block.textList() is not None
        apart = not listed or following.textList() is None
        cursor.setPosition(block.position())
        spacing = QTextBlockFormat()
        spacing.setBottomMargin(PARAGRAPH if apart and following.isValid() else 0)
        cursor.mergeBlockFormat(spacing)
        block = following
