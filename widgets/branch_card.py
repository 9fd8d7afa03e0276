"""The card that begins a branch: what will happen, and what is to be different from the step on."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from lab.branch_draft import BranchDraft
from lab.messages import DataSummary
from lab.problems import Problem, ProblemError
from widgets.controls import WrapLabel
from widgets.forms import FieldRows
from widgets.numbers import format_integer
from widgets.overlay import Overlay
from widgets.segments import Segments
from widgets.theme import Theme

WIDTH = 400


class BranchCard(Overlay):
    """A card over the strip of time. It shows a `BranchDraft`, which is changed in it, and gives it out."""

    branch_wanted = Signal(object)
    """The finished `BranchDraft`."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window, theme, "Branch", sticky=True)
        self.setFixedWidth(WIDTH)
        self._draft: BranchDraft | None = None
        self._summary: DataSummary | None = None
        self.words = WrapLabel("", kind="text2")
        self.source = Segments((("here", "Change here"), ("form", "As edited at the left")), "here")
        self.source.setToolTip("Change something here, or take over what was edited in the form")
        self.differs = WrapLabel("", kind="text2")
        self.rows = FieldRows()
        self.problem = WrapLabel("", kind="error")
        self.cancel = QPushButton("Cancel")
        self.go = QPushButton("Train the branch")
        self.go.setProperty("k", "primary")
        choice = QHBoxLayout()
        choice.addWidget(self.source)
        choice.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.go)
        self.body.addWidget(self.words)
        self.body.addLayout(choice)
        self.body.addWidget(self.differs)
        self.body.addWidget(self.rows)
        self.body.addWidget(self.problem)
        self.body.addLayout(buttons)

        self.source.chosen.connect(self._source_chosen)
        self.rows.edited.connect(self._edited)
        self.rows.refused.connect(self._follow_fields)
        self.rows.settled.connect(self._follow_fields)
        self.cancel.clicked.connect(self.dismiss)
        self.go.clicked.connect(self._go_clicked)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take over colours."""
        super().set_theme(theme)
        if hasattr(self, "rows"):
            self.rows.set_theme(theme)

    @property
    def draft(self) -> BranchDraft | None:
        """What is shown."""
        return self._draft

    # --- state in, silent ---------------------------------------------------------------------------
    def show_draft(
        self, draft: BranchDraft, planned: int, summary: DataSummary | None, notes: tuple[str, ...] = ()
    ) -> None:
        """Show a draft.

        Parameters
        ----------
        draft
            What is to be changed so far.
        planned
            Last step of the training.
        summary
            The data of the runs, for what can be chosen.
        notes
            Further sentences on what will happen.
        """
        self._draft, self._summary = draft, summary
        self._title.setText(f"Branch at step {format_integer(draft.step)}")
        self.setAccessibleName(self._title.text())
        self.words.setText(" ".join((draft.sentence(planned), *notes)))
        self.source.setVisible(bool(draft.form_words))
        self.source.set_current("form" if draft.as_edited else "here")
        self.problem.setText("")
        self.problem.hide()
        for row in self.rows.rows():
            row.show_problem("")
        self._show()

    def show_problem(self, problem: Problem) -> None:
        """Say why the branch cannot begin, at its field where it has one here."""
        words = f"{problem.title}. {problem.body}" if problem.body else problem.title
        row = self.rows.row(problem.where) if problem.where and not self.rows.isHidden() else None
        if row is not None:
            row.show_problem(words)
        else:
            self.problem.setText(words)
            self.problem.show()
        self._fit()

    def _show(self) -> None:
        draft = self._draft
        assert draft is not None
        self.differs.setVisible(draft.as_edited)
        self.differs.setText(
            f"From the step on it is the experiment as edited at the left. It differs in {draft.form_words}."
        )
        self.rows.setVisible(not draft.as_edited)
        self.rows.show_fields(draft.fields(self._summary))
        self._show_go()
        self._fit()

    def _show_go(self) -> None:
        draft = self._draft
        refusing = any(row.is_refusing for row in self.rows.rows()) and not self.rows.isHidden()
        changed = draft is not None and bool(draft.changes)
        self.go.setEnabled(changed and not refusing)
        self.go.setToolTip(
            "" if changed else "Change something first: without that it would be the same training again"
        )

    def _fit(self) -> None:
        """Take the height that is needed; while open, the foot stays where it is."""
        if self.isHidden():
            return
        foot = self.geometry().bottom()
        inside = (*(row.layout() for row in self.rows.rows()), self.rows.layout())
        for layout in (*inside, self.body, self.layout()):  # from within: each is as high as what it holds
            if layout is not None:
                layout.invalidate()
                layout.activate()
        height = self.heightForWidth(WIDTH) if self.hasHeightForWidth() else self.sizeHint().height()
        height = min(height, self.host.height() - 16)
        self.setGeometry(self.x(), max(8, foot - height + 1), WIDTH, height)

    # --- a person's acts --------------------------------------------------------------------------
    def _edited(self, path: str, value: object) -> None:
        assert self._draft is not None
        try:
            self._draft = self._draft.with_edit(path, value, self._summary)
        except ProblemError as error:
            row = self.rows.row(path)
            if row is not None:
                problem = error.problem
                row.show_problem(f"{problem.title}. {problem.body}" if problem.body else problem.title)
            self._fit()
            return
        self.problem.hide()
        self._show()

    def _follow_fields(self) -> None:
        """Let what a field says against a number have room, and nothing begin until it is gone."""
        self._show_go()
        self._fit()

    def _source_chosen(self, key: str) -> None:
        assert self._draft is not None
        self._draft = replace(self._draft, as_edited=key == "form")
        self.problem.hide()
        self._show()

    def _go_clicked(self) -> None:
        focus = self.focusWidget()
        if focus is not None:
            focus.clearFocus()  # a number being typed is taken over or refused first
        self._show_go()
        if self.go.isEnabled() and self._draft is not None:
            self.branch_wanted.emit(self._draft)

    def open_over(self, anchor: QWidget) -> None:
        """Open over a widget and take the keyboard."""
        self.open_above(anchor)
        self._fit()
        first = next(iter(self.rows.rows()), None)
        if first is not None and not self.rows.isHidden():
            first.field.take_focus()
        else:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)
