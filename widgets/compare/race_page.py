"""The page of fair races: verdicts first, then the pictures they rest on, then the numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lab.comparing.race_heat import edge_sentence, extended_rates, grid_subtitle
from lab.comparing.race_view import FRONT, RaceView
from lab.comparing.race_words import state_words
from lab.exporting.provenance import race_provenance
from lab.problems import Problem
from lab.racing.results import RateGrid
from widgets.compare.evidence_card import EvidenceCard
from widgets.compare.heat_card import HeatCard
from widgets.compare.heat_painting import TALLEST_ROW
from widgets.compare.item_plot import ItemPlot
from widgets.compare.paired_painting import TALLEST_ROW as TALLEST_PAIR
from widgets.compare.race_files import RaceFiles
from widgets.compare.race_progress import RaceProgress
from widgets.compare.race_question import RaceQuestion
from widgets.compare.race_table import RaceTable
from widgets.compare.titled_card import TitledCard
from widgets.compare.verdict_card import VerdictCard
from widgets.explore.figure_files import FigureFiles
from widgets.theme import Theme

GUTTER = 12
NARROW = 980
"""Below this width the two pictures stand one under the other."""
PLOT_HEIGHT = 280
CARD = 130
"""Height of a card without its rows: title, axis and what is said below."""
CURVES = 440
"""The most that falling curves can use."""
TABLE_HEAD = 60
FULL = 16777215
"""Qt's largest height: no bound."""


class RacePage(QWidget):
    """Shows one race; without one, what a race is and would train."""

    race_pressed = Signal()
    remedy_chosen = Signal(object)
    grid_extended = Signal(object)
    """The rates that the grid is to be extended by, a tuple."""
    copied = Signal(str)
    written = Signal(str)
    refused = Signal(object)
    """A `Problem` with a figure."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: RaceView | None = None
        self._pair = FRONT
        self.question = RaceQuestion(theme)
        self.progress = RaceProgress()
        self.verdicts = VerdictCard(theme)
        self.heat = HeatCard(theme)
        self.evidence = EvidenceCard(theme)
        self.table = RaceTable(theme)
        self.finalists = TitledCard("Finalists", self.table)
        self.files = FigureFiles(self, "race")
        self.tables = RaceFiles(self)
        self._pictures = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pictures.setSpacing(GUTTER)
        self._pictures.addWidget(self.heat, 1)
        self._pictures.addWidget(self.evidence, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty_page())
        self._stack.addWidget(self._full_page())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

        self.question.race_pressed.connect(self.race_pressed)
        self.question.remedy_chosen.connect(self.remedy_chosen)
        self.verdicts.pair_chosen.connect(self._choose_pair)
        self.evidence.segments.chosen.connect(lambda _: self._refit())
        self.verdicts.copied.connect(self._copy)
        self.heat.extend_pressed.connect(self.grid_extended)
        for writer in (self.files, self.tables):
            writer.written.connect(self.written)
            writer.refused.connect(self.refused)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("win")
        column = QVBoxLayout(page)
        column.setContentsMargins(28, 28, 28, 28)
        column.addStretch(1)
        column.addWidget(self.question, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self.question.setMinimumWidth(520)
        return page

    def _full_page(self) -> QWidget:
        page = QWidget()
        page.setObjectName("win")
        column = QVBoxLayout(page)
        column.setContentsMargins(GUTTER, GUTTER, GUTTER, GUTTER)
        column.setSpacing(GUTTER)
        column.addWidget(self.progress)
        column.addWidget(self.verdicts)
        column.addLayout(self._pictures, 3)
        column.addWidget(self.finalists, 2)
        column.addStretch(0)
        for part in (self.progress, self.verdicts):
            part.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.heat.setMinimumHeight(PLOT_HEIGHT)
        self.evidence.setMinimumHeight(PLOT_HEIGHT)
        self.finalists.setMinimumHeight(120)
        scroll = QScrollArea()
        scroll.setObjectName("win")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        return scroll

    # --- state in, silent -------------------------------------------------------------------------
    def show_plan(self, lines: Sequence[str]) -> None:
        """Show the question and what a race would train."""
        self._view = None
        self._stack.setCurrentIndex(0)
        self.question.show_plan(lines)

    def show_problem(self, problem: Problem) -> None:
        """Say on the question card why there can be no race."""
        self._view = None
        self._stack.setCurrentIndex(0)
        self.question.show_problem(problem)

    def show_race(self, view: RaceView) -> None:
        """Show a race as far as it is."""
        same = self._view is not None and self._view.result.id == view.result.id
        self._view = view
        if not same:
            self._pair = FRONT
        self._stack.setCurrentIndex(1)
        grid = view.result.grid
        self._show_verdicts()
        self.heat.show_grid(grid, grid_subtitle(grid), edge_sentence(grid), _added(grid))
        self.evidence.show_view(view)
        self.files.made_by = race_provenance(view.result)
        self.table.show_rows(view.rows)
        count = len(view.rows.rows)
        runs = sum(len(entrant.runs) for entrant in view.result.entrants)
        self.finalists.show_titles(
            "Finalists", f"{runs} runs, {count} groups of {len(view.result.seeds)} seeds"
        )
        self.finalists.setVisible(bool(count))
        self.progress.show_state(state_words(view.result))
        self._fit(len(grid.labels), len(view.differences.rows), count)

    def show_progress(self, share: float | None, words: str) -> None:
        """Show how far the training is; ``None`` hides it where a race is finished."""
        self.progress.show_progress(share, words)

    @property
    def view(self) -> RaceView | None:
        """The race shown."""
        return self._view

    def set_theme(self, theme: Theme) -> None:
        """Take another theme."""
        for part in (self.question, self.verdicts, self.heat, self.evidence, self.table):
            part.set_theme(theme)

    def saved(self) -> dict[str, Any]:
        """Return what is worth remembering."""
        return {"evidence": self.evidence.current}

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Take that over again; what does not fit is left out."""
        self.evidence.choose(str(stored.get("evidence", "")))

    # --- figures ----------------------------------------------------------------------------------
    def figure(self) -> tuple[ItemPlot, str]:
        """Return the plot that is looked at, the one with the keyboard, and its name in files."""
        if self.heat.plot.hasFocus() or not self.evidence.filled:
            return self.heat.plot, "rates"
        return self.evidence.plot, self.evidence.current

    def export_menu(self) -> QMenu | None:
        """Return the menu of what can be written; it deletes itself when closed."""
        if self._view is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        plots: list[tuple[str, ItemPlot, str]] = [("Grid of rates", self.heat.plot, "rates")]
        if self.evidence.filled:
            plots.append((self.evidence.title, self.evidence.plot, self.evidence.current))
        for title, plot, stem in plots:
            for words, act in (
                (f"{title}: figure …", lambda plot=plot, stem=stem: self.files.ask_figure(plot, stem)),
                (f"{title}: numbers as CSV …", lambda plot=plot, stem=stem: self.files.ask_csv(plot, stem)),
            ):
                menu.addAction(words).triggered.connect(lambda _=False, act=act: act())
        view = self._view
        tables = menu.addAction("Tables as CSV, LaTeX and Markdown …")
        tables.triggered.connect(lambda _=False: self.tables.ask_tables(view))
        return menu

    def copy_figure(self) -> None:
        """Put the plot that is looked at into the clipboard."""
        if self._view is not None:
            self.files.copy(self.figure()[0])

    # --- inside -----------------------------------------------------------------------------------
    def _refit(self) -> None:
        if self._view is not None:
            self.show_race(self._view)

    def _fit(self, losses: int, pairs: int, finalists: int) -> None:
        """Give pictures and table as much room as they can use; the rest stays free below."""
        wanted = CARD + max(losses * TALLEST_ROW, (pairs + 2) * TALLEST_PAIR)
        if self.evidence.current != "differences":
            wanted = max(wanted, CURVES)
        for card in (self.heat, self.evidence):
            card.setMaximumHeight(max(PLOT_HEIGHT, round(wanted)))
        self.finalists.setMaximumHeight(self.table.sizeHint().height() + TABLE_HEAD if finalists else FULL)

    def _show_verdicts(self) -> None:
        if self._view is not None:
            pairs = self._view.pairs
            pair = self._pair if self._pair in dict(pairs) else FRONT
            self.verdicts.show_verdicts(self._view.verdicts(pair), pairs, pair)

    def _choose_pair(self, pair: str) -> None:
        self._pair = pair
        self._show_verdicts()

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit("The verdicts are in the clipboard")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the pictures one under the other where there is no room for two."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._pictures.direction() != wanted:
            self._pictures.setDirection(wanted)


def _added(grid: RateGrid) -> tuple[float, ...]:
    return tuple(rate for rate in extended_rates(grid) if rate not in grid.rates)
