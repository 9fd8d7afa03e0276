"""The export panel: what to save, in which form, how large and where. It asks; the window does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from lab.figure_look import PRESETS
from widgets.controls import Combo, IconTextButton, WrapLabel, hairline
from widgets.export_choices import FIGURE_FORMATS, FORM_GROUPS, LARGEST, SMALLEST, ExportRequest
from widgets.icons import icon_pixmap
from widgets.overlay import Overlay
from widgets.theme import Theme, set_kind

LABEL_WIDTH = 72
COLUMNS = 4
COLUMN_WIDTH = 90


class ExportPanel(Overlay):
    """A card under the Export button."""

    export_wanted = Signal(object)
    """An `ExportRequest`."""
    folder_wanted = Signal(str)
    """Choose a folder, beginning at this one."""
    open_folder_wanted = Signal(str)

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Export", sticky=True)
        self._overwrite: ExportRequest | None = None
        self._busy = False
        self._theme = theme
        self.setFixedWidth(508)

        self.figure = Combo()
        self.figure.setAccessibleName("Figures")
        self.page = Combo()
        self.page.setAccessibleName("Page of figures")
        self.page.addItem("As large as on screen", "")
        for key, preset in PRESETS.items():
            self.page.addItem(f"{preset.label}, {preset.width:g} mm", key)
            self.page.setItemData(self.page.count() - 1, preset.help, Qt.ItemDataRole.ToolTipRole)
        self.grey = self._check("Without colour", "Shades of grey with dashes and markers, for print")
        self.caption = self._check("Command below", "A small line that says how to make the figure again")
        self.mark_best = self._check("Best in bold", "In LaTeX and Markdown")
        self.instruments = self._check("CSV of each", "A row for everything drawn: facet, name, x, y, value")
        self.formats = {key: self._check(name, tip) for key, name, tip in FIGURE_FORMATS}
        self.width_line, self.height_line = self._pixels("Width in pixels"), self._pixels("Height in pixels")
        self.tables = {
            key: self._check(name, tip) for _title, forms in FORM_GROUPS for key, name, tip in forms
        }
        self.folder = QLineEdit()
        self.folder.setAccessibleName("Folder")
        self.stem = QLineEdit()
        self.stem.setAccessibleName("Name of the files")
        self._browse = IconTextButton("folder", "Choose …")
        self._sign = QLabel()
        self._sign.setFixedSize(18, 18)
        self._result = WrapLabel("", kind="text2")
        self.overwrite = QPushButton("Overwrite")
        self._open = IconTextButton("folder", "Open folder")
        self.go = QPushButton("Export")
        self.go.setProperty("k", "primary")
        self.go.setMinimumWidth(90)

        size = QHBoxLayout()
        size.setSpacing(6)
        unit = QLabel("px")
        unit.setProperty("k", "text2")
        for item in (self.width_line, QLabel("×"), self.height_line, unit):
            size.addWidget(item)
        size.addStretch(1)
        place = QHBoxLayout()
        place.setSpacing(6)
        place.addWidget(self.folder, 1)
        place.addWidget(self._browse)
        form = QGridLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(6)
        form.setColumnMinimumWidth(0, LABEL_WIDTH)
        form.setColumnStretch(1, 1)
        self._add_row(form, "Figures", self.figure)
        self._add_row(form, "Formats", self._boxes(self.formats.values()))
        self._add_row(form, "Page", self.page)
        self._add_row(form, "PNG size", size)
        self._add_row(form, "Look", self._boxes((self.grey, self.caption)))
        form.addWidget(hairline(), form.rowCount(), 0, 1, 2)
        for title, forms in FORM_GROUPS:
            boxes = [self.tables[key] for key, _name, _tip in forms]
            if title == "Summary":
                boxes.append(self.mark_best)
            for first in range(0, len(boxes), COLUMNS):
                self._add_row(form, "" if first else title, self._boxes(boxes[first : first + COLUMNS]))
            if title == "Curves":
                self._instruments_label = self._add_row(form, "Instruments", self._boxes((self.instruments,)))
        form.addWidget(hairline(), form.rowCount(), 0, 1, 2)
        self._add_row(form, "Folder", place)
        self._add_row(form, "Name", self.stem)
        result = QHBoxLayout()
        result.setSpacing(8)
        result.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        result.addWidget(self._result, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.overwrite)
        foot.addWidget(self._open)
        foot.addStretch(1)
        foot.addWidget(self.go)
        self.body.addLayout(form)
        self.body.addLayout(result)
        self.body.addLayout(foot)

        self.figure.activated.connect(lambda _index: self._changed())
        self.page.activated.connect(lambda _index: self._changed())
        switches = (self.grey, self.caption, self.mark_best, self.instruments)
        for box in (*self.formats.values(), *self.tables.values(), *switches):
            box.clicked.connect(lambda _on: self._changed())
        for line in (self.width_line, self.height_line, self.folder, self.stem):
            line.textEdited.connect(lambda _text: self._changed())
            line.returnPressed.connect(self._export)
        self._browse.clicked.connect(lambda: self.folder_wanted.emit(self.folder.text()))
        self.overwrite.clicked.connect(self._export_over)
        self._open.clicked.connect(lambda: self.open_folder_wanted.emit(self.folder.text()))
        self.go.clicked.connect(self._export)
        self.set_theme(theme)
        self.show_request(ExportRequest(), ())

    @staticmethod
    def _check(name: str, tip: str) -> QCheckBox:
        box = QCheckBox(name)
        box.setToolTip(tip)
        return box

    @staticmethod
    def _pixels(name: str) -> QLineEdit:
        line = QLineEdit()
        line.setFixedWidth(64)
        line.setValidator(QIntValidator(1, LARGEST, line))
        line.setAccessibleName(name)
        return line

    @staticmethod
    def _boxes(boxes: Iterable[QCheckBox]) -> QGridLayout:
        """Lay boxes out in columns that all rows share."""
        layout = QGridLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(6)
        for column in range(COLUMNS - 1):
            layout.setColumnMinimumWidth(column, COLUMN_WIDTH)
        layout.setColumnStretch(COLUMNS - 1, 1)
        place = 0
        for box in boxes:
            wide = 1 + (place < COLUMNS - 1 and box.sizeHint().width() > COLUMN_WIDTH)
            layout.addWidget(box, 0, place, 1, wide)
            place += wide
        return layout

    @staticmethod
    def _add_row(form: QGridLayout, label: str, item: QWidget | QHBoxLayout | QGridLayout) -> QLabel:
        row = form.rowCount()
        caption = QLabel(label)
        caption.setProperty("k", "text2")
        form.addWidget(caption, row, 0)
        if isinstance(item, QWidget):
            form.addWidget(item, row, 1)
        else:
            form.addLayout(item, row, 1)
        return caption

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        self._theme = theme
        if hasattr(self, "_open"):
            self._browse.set_theme(theme)
            self._open.set_theme(theme)

    # --- state in, silent -------------------------------------------------------------------------
    def show_request(
        self, request: ExportRequest, plots: Sequence[str], *, instruments: bool = False
    ) -> None:
        """Show choices; ``plots`` are the titles of the plots on screen, ``instruments`` are among them."""
        self._instruments_label.setVisible(instruments)
        self.instruments.setVisible(instruments)
        self.instruments.setChecked(request.instruments)
        self.figure.clear()
        choices = [("each", "Every plot, a file each"), ("grid", "All plots in one figure")]
        choices += [(f"card:{number}", title) for number, title in enumerate(plots)]
        choices.append(("none", "No figure"))
        for key, text in choices:
            self.figure.addItem(text, key)
        self.figure.setCurrentIndex(max(0, self.figure.findData(request.figure)))
        for key, box in self.formats.items():
            box.setChecked(key in request.formats)
        for key, box in self.tables.items():
            box.setChecked(key in request.tables)
        self.page.setCurrentIndex(max(0, self.page.findData(request.page)))
        self.grey.setChecked(request.grey)
        self.caption.setChecked(request.caption)
        self.mark_best.setChecked(request.mark_best)
        self.width_line.setText(str(request.size[0]))
        self.height_line.setText(str(request.size[1]))
        self.folder.setText(request.folder)
        self.folder.setToolTip(request.folder)
        self.stem.setText(request.stem)
        self._changed()

    def show_folder(self, folder: str) -> None:
        """Show the chosen folder."""
        self.folder.setText(folder)
        self.folder.setToolTip(folder)
        self._changed()

    def show_busy(self, words: str) -> None:
        """Say that something is being written; nothing more can be asked for meanwhile."""
        self._say(words, "ok")
        self._sign.hide()
        self._open.hide()
        self._busy = True
        self.go.setEnabled(False)

    def show_done(self, words: str) -> None:
        """Say where the files are."""
        self._end()
        self._say(words, "ok")
        self._open.show()

    def show_problem(self, words: str) -> None:
        """Say in a sentence why nothing was written."""
        self._end()
        self._say(words, "error")

    def ask_overwrite(self, words: str) -> None:
        """Say which files exist, and offer to replace them."""
        self._overwrite = replace(self.request(), overwrite=True)
        self._say(words, "warn")
        self.overwrite.show()
        self.overwrite.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def result(self) -> str:
        """What was said last."""
        return self._result.full_text()

    def request(self) -> ExportRequest:
        """Return what is chosen."""

        def number(line: QLineEdit, default: int) -> int:
            text = line.text()
            return min(LARGEST, max(SMALLEST, int(text))) if text.isdigit() else default

        return ExportRequest(
            str(self.figure.currentData() or "each"),
            tuple(key for key, box in self.formats.items() if box.isChecked()),
            (number(self.width_line, 1600), number(self.height_line, 1000)),
            tuple(key for key, box in self.tables.items() if box.isChecked()),
            self.folder.text().strip(),
            Path(self.stem.text().strip()).name or "losslab",
            page=str(self.page.currentData() or ""),
            grey=self.grey.isChecked(),
            caption=self.caption.isChecked(),
            mark_best=self.mark_best.isChecked(),
            instruments=self.instruments.isChecked() and not self.instruments.isHidden(),
        )

    # --- inside -----------------------------------------------------------------------------------
    def _say(self, words: str, level: str) -> None:
        self._sign.setVisible(bool(words))
        self._result.setVisible(bool(words))
        self._result.setText(words)
        if words:
            name = "check" if level == "ok" else "warning"
            self._sign.setPixmap(icon_pixmap(name, self._theme, 16, level, self.devicePixelRatioF()))
            set_kind(self._result, "error" if level == "error" else "text2")
        self._fit()

    def _changed(self) -> None:
        """Take an old result back and see whether there is anything to do."""
        self._overwrite = None
        self.overwrite.hide()
        self._open.hide()
        figure = self.figure.currentData() != "none"
        for item in (*self.formats.values(), self.page, self.grey, self.caption):
            item.setEnabled(figure)
        png = figure and self.formats["png"].isChecked() and not self.page.currentData()
        self.width_line.setEnabled(png)
        self.height_line.setEnabled(png)
        self.mark_best.setEnabled(any(self.tables[key].isChecked() for key in ("latex", "markdown")))
        if self._busy:
            return
        self._allow()
        self._say("", "ok")

    def _allow(self) -> None:
        """Let be asked for what is complete."""
        request = self.request()
        figure = request.figure != "none" and bool(request.formats)
        self.go.setEnabled(bool(request.folder) and (figure or bool(request.tables) or request.instruments))

    def _end(self) -> None:
        """Let more be asked for."""
        self._busy = False
        self._allow()

    def _fit(self) -> None:
        if self.isVisible():
            self.ensurePolished()
            corner = self.geometry().topRight()
            self.resize(QSize(self.width(), self.sizeHint().height()))
            self.move(corner.x() - self.width() + 1, corner.y())

    def _export(self) -> None:
        if self.go.isEnabled():
            self.export_wanted.emit(self.request())

    def _export_over(self) -> None:
        request, self._overwrite = self._overwrite, None
        if request is not None:
            self.overwrite.hide()
            self.export_wanted.emit(request)
