"""The export panel: what to save, in which form, how large and where. It asks; the window does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from widgets.controls import Combo, IconTextButton, WrapLabel, hairline
from widgets.icons import icon_pixmap
from widgets.overlay import Overlay
from widgets.theme import Theme, set_kind

FIGURE_FORMATS: tuple[tuple[str, str, str], ...] = (
    ("png", "PNG", "Pixels of the size beside"),
    ("svg", "SVG", "Vectors, for the web and for drawing programs"),
    ("pdf", "PDF", "Vectors, for papers"),
)
TABLES: tuple[tuple[str, str, str], ...] = (
    (
        "csv_long",
        "Curves, CSV long",
        "A row a value: run, loss, seed, step, epoch, metric, value",
    ),
    ("csv_wide", "Curves, CSV wide", "A row a step, a column a run and metric"),
    ("parquet", "Curves, Parquet", "The long form, compressed, for Polars, pandas and DuckDB"),
    ("toml", "Experiment, TOML", "The experiment that these runs were made with"),
    ("results", "Summary, JSON", "Final values, device and versions"),
)
SMALLEST, LARGEST = 200, 12000
LABEL_WIDTH = 64


@dataclass(frozen=True)
class ExportRequest:
    """What to save.

    Attributes
    ----------
    figure
        ``"each"`` (a file a plot), ``"grid"`` (all in one), ``"card:2"`` (plot 2) or ``"none"``.
    formats
        Of the figures: png, svg, pdf.
    size
        Width and height of a PNG in pixels.
    tables
        Of csv_long, csv_wide, parquet, toml, results.
    folder, stem
        Where, and what the files' names begin with.
    overwrite
        Whether files that exist may be replaced.
    """

    figure: str = "each"
    formats: tuple[str, ...] = ("png", "svg")
    size: tuple[int, int] = (1600, 1000)
    tables: tuple[str, ...] = ("csv_long", "toml")
    folder: str = ""
    stem: str = "losslab"
    overwrite: bool = False

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> ExportRequest:
        """Read stored choices; what does not fit keeps its default."""
        plain = cls()
        known = [key for key, _n, _h in FIGURE_FORMATS], [key for key, _n, _h in TABLES]

        def some(name: str, allowed: list[str], default: tuple[str, ...]) -> tuple[str, ...]:
            value = stored.get(name)
            return tuple(k for k in allowed if k in value) if isinstance(value, list) else default

        size = stored.get("size")
        fits = (
            isinstance(size, list)
            and len(size) == 2
            and all(isinstance(n, int) and SMALLEST <= n <= LARGEST for n in size)
        )
        figure, folder = stored.get("figure"), stored.get("folder")
        return cls(
            figure if isinstance(figure, str) and figure in ("each", "grid", "none") else plain.figure,
            some("formats", known[0], plain.formats),
            (size[0], size[1]) if fits and isinstance(size, list) else plain.size,
            some("tables", known[1], plain.tables),
            folder if isinstance(folder, str) else "",
        )

    def stored(self) -> dict[str, Any]:
        """Return what is worth keeping for the next time."""
        figure = self.figure if not self.figure.startswith("card:") else "each"
        return {
            "figure": figure, "formats": list(self.formats), "size": list(self.size),
            "tables": list(self.tables), "folder": self.folder,
        }  # fmt: skip


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
        self._theme = theme
        self.setFixedWidth(400)

        self.figure = Combo()
        self.figure.setAccessibleName("Figures")
        self.formats = {key: self._check(name, tip) for key, name, tip in FIGURE_FORMATS}
        self.width_line, self.height_line = self._pixels("Width in pixels"), self._pixels("Height in pixels")
        self.tables = {key: self._check(name, tip) for key, name, tip in TABLES}
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

        formats = QHBoxLayout()
        formats.setSpacing(12)
        for box in self.formats.values():
            formats.addWidget(box)
        formats.addStretch(1)
        size = QHBoxLayout()
        size.setSpacing(6)
        size.addWidget(self.width_line)
        size.addWidget(QLabel("×"))
        size.addWidget(self.height_line)
        unit = QLabel("px")
        unit.setProperty("k", "text2")
        size.addWidget(unit)
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
        row = 0
        first: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (
            ("Figures", self.figure), ("Formats", formats), ("PNG size", size),
        )  # fmt: skip
        for label, item in first:
            self._add_row(form, row, label, item)
            row += 1
        form.addWidget(hairline(), row, 0, 1, 2)
        for number, box in enumerate(self.tables.values()):
            row += 1
            if number == 0:
                self._add_row(form, row, "Data", box)
            else:
                form.addWidget(box, row, 1)
        row += 1
        form.addWidget(hairline(), row, 0, 1, 2)
        last: tuple[tuple[str, QWidget | QHBoxLayout], ...] = (("Folder", place), ("Name", self.stem))
        for label, item in last:
            row += 1
            self._add_row(form, row, label, item)
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
        for box in (*self.formats.values(), *self.tables.values()):
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
    def _add_row(form: QGridLayout, row: int, label: str, item: QWidget | QHBoxLayout) -> None:
        caption = QLabel(label)
        caption.setProperty("k", "text2")
        form.addWidget(caption, row, 0)
        if isinstance(item, QWidget):
            form.addWidget(item, row, 1)
        else:
            form.addLayout(item, row, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        self._theme = theme
        if hasattr(self, "_open"):
            self._browse.set_theme(theme)
            self._open.set_theme(theme)

    # --- state in, silent -------------------------------------------------------------------------
    def show_request(self, request: ExportRequest, plots: Sequence[str]) -> None:
        """Show choices; ``plots`` are the titles of the plots on screen."""
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

    def show_done(self, words: str) -> None:
        """Say where the files are."""
        self._say(words, "ok")
        self._open.show()

    def show_problem(self, words: str) -> None:
        """Say in a sentence why nothing was written."""
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
        for box in self.formats.values():
            box.setEnabled(figure)
        png = figure and self.formats["png"].isChecked()
        self.width_line.setEnabled(png)
        self.height_line.setEnabled(png)
        request = self.request()
        self.go.setEnabled(bool(request.folder) and bool((figure and request.formats) or request.tables))
        self._say("", "ok")

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
