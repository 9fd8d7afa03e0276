"""The run list on the right: losses with their runs, a live value, an eye; facts of the selected run."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from widgets.controls import Combo, ElidedLabel
from widgets.run_delegate import RunDelegate
from widgets.run_facts import RunFactsPanel
from widgets.run_model import ROW_ROLE, RunGroup, RunModel, RunRow
from widgets.run_tree import RunTree
from widgets.theme import Theme

METRIC, METRIC_THEN = 150, 116
"""Width of the choice of metric at most, and while a step takes room beside it …"""
ROOMY = 250
"""… in a panel narrower than this."""
FOLD_ABOVE = 8
"""Groups with more runs than this start folded."""


class RunList(QFrame):
    """The right panel."""

    visibility_changed = Signal(tuple, bool)
    """Run indices, and whether they are to be shown."""
    solo_wanted = Signal(tuple)
    """Run indices to show alone."""
    metric_chosen = Signal(str)
    run_selected = Signal(object)
    """Run index, or ``None``."""
    best_wanted = Signal(int)
    """Look at the step of this run's lowest validation loss."""
    parameters_wanted = Signal(int)
    """Give the experiment the parameters that this run was trained with."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("side_right")
        self._folded: dict[int, bool] = {}
        self._selected: int | None = None
        self._setting = False
        self._metrics: tuple[tuple[str, str], ...] = ()

        head = QFrame()
        head.setObjectName("panel_head")
        head.setFixedHeight(52)
        self._title = QLabel("Runs")
        self._title.setProperty("k", "title")
        self._count = QLabel("")
        self._count.setProperty("k", "subtitle")
        self._total, self._step = "", ""
        self._metric = Combo()
        self._metric.setAccessibleName("Value shown beside each run")
        self._metric.set_help("Value shown beside each run")
        self._metric.activated.connect(self._metric_activated)

        self._origin = ElidedLabel("", kind="subtitle")
        self._origin.setContentsMargins(14, 8, 8, 0)
        self._origin.hide()

        self._model = RunModel(self)
        self._delegate = RunDelegate(theme, self)
        self.tree = RunTree()
        self.tree.setModel(self._model)
        self.tree.setItemDelegate(self._delegate)
        self.tree.eye_clicked.connect(self._eye)
        self.tree.collapsed.connect(lambda index: self._fold(index, True))
        self.tree.expanded.connect(lambda index: self._fold(index, False))
        self.tree.selectionModel().selectionChanged.connect(self._selection)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._menu)

        self.facts = RunFactsPanel(theme)
        self.facts.use_pressed.connect(self._use_pressed)

        self._empty = QWidget()
        empty_title = QLabel("No runs yet")
        empty_title.setProperty("k", "title")
        empty_text = QLabel("Each run appears here with its line, its live value and an eye to hide it.")
        empty_text.setProperty("k", "subtitle")
        empty_text.setWordWrap(True)

        row = QHBoxLayout(head)
        row.setContentsMargins(14, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self._metric)

        column = QVBoxLayout(self._empty)
        column.setContentsMargins(16, 14, 14, 0)
        column.setSpacing(4)
        column.addWidget(empty_title)
        column.addWidget(empty_text)
        column.addStretch(1)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self._origin)
        layout.addWidget(self._empty, 1)
        tree_box = QHBoxLayout()
        tree_box.setContentsMargins(6, 4, 0, 0)
        tree_box.addWidget(self.tree)
        layout.addLayout(tree_box, 1)
        layout.addWidget(self.facts)

        self.setMinimumWidth(200)
        self.show_groups(())

    def set_theme(self, theme: Theme) -> None:
        """Take over colours and fonts."""
        self._delegate.set_theme(theme)
        self.facts.set_theme(theme)
        self.tree.viewport().update()

    # --- state in ---------------------------------------------------------------------------------
    def show_metrics(self, metrics: tuple[tuple[str, str], ...], chosen: str) -> None:
        """Show the metrics (key, short label) that can stand beside a run."""
        self._setting = True
        try:
            present = tuple(
                (self._metric.itemData(i), self._metric.itemText(i)) for i in range(self._metric.count())
            )
            if present != metrics:
                self._metric.clear()
                for key, label in metrics:
                    self._metric.addItem(label, key)
                self._fit_metric()
            index = self._metric.findData(chosen)
            if index >= 0:
                self._metric.setCurrentIndex(index)
        finally:
            self._setting = False

    def show_groups(self, groups: tuple[RunGroup, ...]) -> None:
        """Show the runs by loss."""
        total = sum(len(group.rows) for group in groups)
        self._total = f"{total:,}".replace(",", "\u2009") if total else ""
        self._show_count()
        self._empty.setVisible(not groups)
        self.tree.setVisible(bool(groups))
        self._metric.setVisible(bool(groups))
        if self._model.show_groups(groups):
            self._restore_folds(groups)
            self._selected = None
            self.facts.show_facts(None)

    def show_step(self, words: str) -> None:
        """Say at which step the runs are shown ("step 340"); empty for now."""
        if words == self._step:
            return
        self._step = words
        self._show_count()
        self._fit_metric()

    def show_origin(self, words: str) -> None:
        """Say where the runs come from ("branched at step 340"); empty where they began at step 0."""
        self._origin.setText(words[:1].upper() + words[1:])
        self._origin.setVisible(bool(words))

    def _fit_metric(self) -> None:
        narrow = bool(self._step) and self.width() < ROOMY
        self._metric.fit_contents(METRIC_THEN if narrow else METRIC)

    def _show_count(self) -> None:
        """Show how many runs there are, or instead, since there is no room for both, the step."""
        past = self._step if self._total else ""
        self._title.setText(past.capitalize() if past else "Runs")
        self._count.setText("" if past else self._total)

    def index_of_run(self, run: int) -> QModelIndex:
        """Return where a run stands in the tree."""
        return self._model.index_of_run(run)

    @property
    def origin(self) -> str:
        """Where the runs come from, in words."""
        return self._origin.full_text()

    @property
    def groups(self) -> tuple[RunGroup, ...]:
        """What is shown."""
        return self._model.groups

    @property
    def selected_run(self) -> int | None:
        """Index of the selected run."""
        return self._selected

    @property
    def chosen_runs(self) -> tuple[int, ...]:
        """Indices of the runs of the selected row: one run, or all of a loss; empty where none is."""
        indexes = self.tree.selectionModel().selectedIndexes()
        item = indexes[0].data(ROW_ROLE) if indexes else None
        if isinstance(item, RunGroup):
            return tuple(item.runs)
        return () if not isinstance(item, RunRow) else (item.run,)

    # --- the user's acts --------------------------------------------------------------------------
    def _metric_activated(self, index: int) -> None:
        if not self._setting:
            self.metric_chosen.emit(self._metric.itemData(index))

    def _eye(self, item: object, alone: bool) -> None:
        if not isinstance(item, (RunGroup, RunRow)):
            return
        runs = item.runs if isinstance(item, RunGroup) else (item.run,)
        if alone:
            self.solo_wanted.emit(runs)
        else:
            self.visibility_changed.emit(runs, not item.visible)

    def _selection(self, _selected: QItemSelection, _deselected: QItemSelection) -> None:
        indexes = self.tree.selectionModel().selectedIndexes()
        item = indexes[0].data(ROW_ROLE) if indexes else None
        run = item.run if isinstance(item, RunRow) else None
        if run != self._selected:
            self._selected = run
            self.run_selected.emit(run)

    def _use_pressed(self) -> None:
        if self._selected is not None:
            self.parameters_wanted.emit(self._selected)

    def _menu(self, place: QPoint) -> None:
        item = self.tree.indexAt(place).data(ROW_ROLE)
        if not isinstance(item, (RunGroup, RunRow)):
            return
        runs = item.runs if isinstance(item, RunGroup) else (item.run,)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Hide" if item.visible else "Show").triggered.connect(
            lambda: self.visibility_changed.emit(runs, not item.visible)
        )
        menu.addAction("Show only this").triggered.connect(lambda: self.solo_wanted.emit(runs))
        every = tuple(run for group in self._model.groups for run in group.runs)
        menu.addAction("Show all").triggered.connect(lambda: self.visibility_changed.emit(every, True))
        if isinstance(item, RunRow):
            menu.addSeparator()
            menu.addAction("Look at its best step").triggered.connect(lambda: self.best_wanted.emit(item.run))
        if isinstance(item, RunRow) and self.facts.use_button.isEnabled():
            menu.addAction("Use these parameters").triggered.connect(
                lambda: self.parameters_wanted.emit(item.run)
            )
        menu.addSeparator()
        menu.addAction("Unfold all").triggered.connect(self.tree.expandAll)
        menu.addAction("Fold all").triggered.connect(self.tree.collapseAll)
        menu.popup(self.tree.viewport().mapToGlobal(place))

    def _fold(self, index: QModelIndex, folded: bool) -> None:
        item = index.data(ROW_ROLE)
        if isinstance(item, RunGroup) and not self._setting:
            self._folded[item.loss] = folded

    def _restore_folds(self, groups: tuple[RunGroup, ...]) -> None:
        self._setting = True
        try:
            for number, group in enumerate(groups):
                folded = self._folded.get(group.loss, len(group.rows) > FOLD_ABOVE)
                self.tree.setExpanded(self._model.index(number, 0), not folded)
        finally:
            self._setting = False
