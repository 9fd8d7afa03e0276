"""Panels for the cards of the grid: each as its card asks for it, and advice no more often than it pays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lab.instruments.shown import ShownAnswers
from lab.panel_views import ADVICE_KINDS, make_panel
from lab.panels import FieldPanel, Panel
from lab.view_options import ViewOptions
from widgets.plots.grid_state import PanelRequest

if TYPE_CHECKING:
    from lab.instruments.instrument import Answers
    from lab.instruments.study import Study
    from lab.session import Session

PATIENCE = 300_000
"""Values that one mean may read at most in a redraw: some milliseconds; the rest comes with the next."""
ADVICE_GAP, ADVICE_REST = 0.8, 30.0
"""Seconds between two looks for advice while training, and the same in lengths of a look."""


class PanelMaker:
    """Makes the panel that a card asks for.

    Parameters
    ----------
    session
        What is drawn.
    study
        Answers instruments.
    edited
        Gives a data plot the points as they are edited.

    Attributes
    ----------
    options
        How all cards look at the curves.
    losses
        Short names of the losses that there are.
    """

    def __init__(self, session: Session, study: Study, edited: Callable[[FieldPanel], FieldPanel]) -> None:
        self._session, self._study, self._edited = session, study, edited
        self._shown = ShownAnswers(study)
        self.options = ViewOptions()
        self.losses: tuple[str, ...] = ()
        self._broken: set[str] = set()
        self._advice_due: dict[int, float] = {}

    def on_screen(self, request: PanelRequest) -> Panel | None:
        """Make a panel for the screen, at the price of a few milliseconds; nothing where it is broken."""
        return self._make(request, PATIENCE, self._study)

    def live(self, request: PanelRequest) -> Panel | None:
        """Make a panel for the screen; nothing where it is advice that was looked for a moment ago."""
        if request.kind not in ADVICE_KINDS or self._session.state != "running":
            return self.on_screen(request)
        began = time.monotonic()
        if began < self._advice_due.get(request.card, 0.0):
            return None
        panel = self.on_screen(request)
        ended = time.monotonic()
        self._advice_due[request.card] = ended + max(ADVICE_GAP, ADVICE_REST * (ended - began))
        return panel

    def in_full(self, request: PanelRequest) -> Panel | None:
        """Make a panel in full resolution, of instruments what is shown; nothing where it is broken."""
        return self._make(request, None, self._shown)

    def view(self, request: PanelRequest) -> ViewOptions:
        """Return how a card looks at the curves: as all do, but for what is its own."""
        return replace(
            self.options,
            log_x=self.options.log_x if request.log_x is None else request.log_x,
            log_y=self.options.log_y if request.log_y is None else request.log_y,
            loss=request.loss if request.loss < len(self.losses) else 0,
            choices=request.choices,
        )

    def _make(self, request: PanelRequest, patience: int | None, answers: Answers) -> Panel | None:
        options = replace(
            self.view(request),
            columns=max(96, request.columns // self._facets(request.kind)),
            patience=patience,
        )
        try:
            panel = make_panel(self._session, request.kind, options, answers)
            return self._edited(panel) if isinstance(panel, FieldPanel) else panel
        except Exception:
            if request.kind in self._broken:
                return None
            self._broken.add(request.kind)
            raise

    def _facets(self, kind: str) -> int:
        """Return among how many facets side by side a plot divides its width."""
        return min(4, max(1, len(self.losses))) if kind == "gradient" else 1
