"""Between the session and the plots: which there are, when they are drawn, and how curves are looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from lab.instruments.study import Study
from lab.loss_labels import short_loss_labels
from lab.panel_views import PANEL_KINDS, applicable_kinds, default_kinds
from lab.panels import CurvePanel, Panel
from lab.view_options import ViewOptions
from widgets.bridge import Bridge
from widgets.panel_making import PanelMaker
from widgets.plots.grid import PlotGrid
from widgets.plots.grid_state import PanelRequest
from widgets.point_wiring import PointWiring
from widgets.view_strip import ViewChoices, ViewStrip

if TYPE_CHECKING:
    from lab.session import Session

FAST_LINES = 8
"""With more means than this on screen, lines are thin while training runs flat out."""


def load_curves() -> None:
    """Load what draws curves, so that the first one need not wait for it."""
    import widgets.plots.curve_items  # noqa: F401


class PlotWiring(QObject):
    """Makes panels for the cards that can be seen and carries out what the user does in plots.

    Parameters
    ----------
    session, bridge
        What is drawn, and when.
    grid, strip
        Where, and how it is looked at.
    """

    export_asked = Signal(int)
    """Place of the plot whose figure is wanted."""
    copy_asked = Signal(int)

    def __init__(self, session: Session, bridge: Bridge, grid: PlotGrid, strip: ViewStrip) -> None:
        super().__init__(bridge)
        self._session, self._bridge, self._grid, self._strip = session, bridge, grid, strip
        self.study = Study(lambda: session.crowded, idle=lambda: session.state != "running")
        bridge.follow_study(self.study)
        self.points = PointWiring(session, self)
        self.maker = PanelMaker(session, self.study, self.points.shown)
        self.points.edited.connect(self._show_data)
        self.points.renumbered.connect(lambda row: self._change(sample=row))
        grid.points_edited.connect(lambda edit: self.points.edit(edit, self.maker.options.sample))
        self._own_kinds = False
        self._waiting: list[PanelRequest] = []
        # the first comes when the window has been painted
        bridge.moment_passed.connect(load_curves, Qt.ConnectionType.SingleShotConnection)
        bridge.plots_due.connect(self._begin_redraw)
        bridge.plots_continued.connect(self._redraw_next)
        bridge.data_changed.connect(self._data_changed)
        bridge.config_changed.connect(self.show_losses)
        strip.choices_changed.connect(self._choices_changed)
        strip.add_plot_wanted.connect(self.open_add_menu)
        grid.panels_wanted.connect(lambda: bridge.note("curves"))
        grid.kinds_changed.connect(self._kinds_changed)
        grid.sample_picked.connect(self.pick_sample)
        grid.loss_toggled.connect(lambda key: self.toggle_loss(int(key)))
        grid.loss_soloed.connect(lambda key: self.solo_loss(int(key)))
        grid.comparison_chosen.connect(lambda key: self._change(comparison=key))
        grid.view_changed.connect(lambda view: self._change(x_view=view))
        grid.copy_asked.connect(lambda number: self.copy_asked.emit(self._place(number)))
        grid.export_asked.connect(lambda number: self.export_asked.emit(self._place(number)))
        self._follow_choices(strip.choices)

    # --- drawing ----------------------------------------------------------------------------------
    def show_plots(self) -> None:
        """Make a panel for every card that can be seen."""
        for request in self._grid.requests():
            panel = self.maker.on_screen(request)
            if panel is not None:
                self._grid.show_panel(request.card, panel)

    def _show_data(self) -> None:
        """Show points that were edited at once: the next edit is told by what is seen."""
        for request in self._grid.requests():
            if request.kind == "field":
                panel = self.maker.on_screen(request)
                if panel is not None:
                    self._grid.show_panel(request.card, panel)
        self._bridge.note("curves")

    def _begin_redraw(self) -> None:
        self._session.curves.behind = False
        self._waiting = list(self._grid.requests())
        self._redraw_next()

    def _redraw_next(self) -> None:
        """Redraw one card, so that the event loop waits for one plot at most and not for all of them."""
        if self._waiting:
            request = self._waiting.pop(0)
            if self._waiting:
                self._bridge.ask_more()
            else:
                self._bridge.add_cost(self._grid.paint_seconds)
            panel = self.maker.live(request)
            if panel is not None:
                self._grid.show_panel(request.card, panel)
            if not self._waiting and self._session.curves.behind:
                self._bridge.note("curves")

    def panels(self, size: tuple[int, int] | None = None) -> tuple[Panel, ...]:
        """Return every plot of the grid as data, in full resolution, seen or not, zoomed as on screen."""
        made = []
        for request in self._requests(size[0] if size else 1200):
            panel = self.maker.in_full(request)
            if isinstance(panel, CurvePanel) and self._grid.view is not None:
                panel = replace(panel, x_range=self._grid.view)
            if panel is not None:
                made.append(panel)
        return tuple(made)

    def views(self) -> tuple[ViewOptions, ...]:
        """Return how each plot looks at the curves, in order, without losses all of whose runs are hidden."""
        losses = {run.info.loss_index for run in self._session.runs}
        shown = {run.info.loss_index for run in self._session.runs if run.visible}
        hidden = self.maker.options.hidden_losses | (losses - shown)
        return tuple(replace(self.maker.view(request), hidden_losses=hidden) for request in self._requests(0))

    def _requests(self, columns: int) -> list[PanelRequest]:
        """Return a request for every plot of the grid, seen or not."""
        return [
            PanelRequest(
                0, card["kind"], card["log_x"], card["log_y"], card["loss"], columns,
                tuple(card.get("choices", {}).items()),
            )
            for card in self._grid.state()["cards"]
        ]  # fmt: skip

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of the plots, in order."""
        return self._grid.kinds

    def titles(self) -> tuple[str, ...]:
        """Return the titles of the plots, in order."""
        return tuple(PANEL_KINDS.get(kind, kind) for kind in self._grid.kinds)

    @property
    def focused_place(self) -> int:
        """Place of the plot that has the focus, else of the one at full size, else the first."""
        number = self._grid.focused()
        return self._place(number) if number is not None else 0

    def _place(self, number: int) -> int:
        numbers = self._grid.numbers()
        return numbers.index(number) if number in numbers else 0

    def show_losses(self) -> None:
        """Tell plots that show one loss at a time what there is."""
        self.maker.losses = short_loss_labels(self._session.run_config)
        self._grid.set_losses(self.maker.losses)

    def set_running(self, running: bool) -> None:
        """Draw thin lines while training runs flat out with many means; in full when it stops."""
        self.show_losses()
        many = len(self.maker.losses) > FAST_LINES
        self._grid.set_fast(running and many and self._session.speed is None)
        self._bridge.note("curves")

    # --- choices ----------------------------------------------------------------------------------
    def _choices_changed(self, choices: ViewChoices) -> None:
        axis = self.maker.options.x_axis
        self._follow_choices(choices)
        if choices.x_axis != axis:
            self._grid.set_view(None)
            self.maker.options = replace(self.maker.options, x_view=None)
        self._bridge.note("curves")

    def _follow_choices(self, choices: ViewChoices) -> None:
        self.maker.options = replace(
            self.maker.options,
            x_axis=choices.x_axis,  # type: ignore[arg-type]
            log_x=choices.log_x,
            log_y=choices.log_y,
            smoothing=choices.smoothing if choices.smooth else 0.0,
            band=choices.band,  # type: ignore[arg-type]
            members=choices.members,
        )

    def _change(self, **changes: Any) -> None:
        self.maker.options = replace(self.maker.options, **changes)
        self._bridge.note("curves")

    def toggle_loss(self, loss: int) -> None:
        """Show or hide a loss: its runs if there are any, else its legend entry."""
        runs = [state for state in self._session.runs if state.info.loss_index == loss]
        if runs:
            shown = any(state.visible for state in runs)
            self._session.set_visible([state.info.index for state in runs], not shown)
        elif loss < len(self._session.config.losses):
            self.maker.options = self.maker.options.toggled(loss)
        self._bridge.note("curves", "runs")

    def solo_loss(self, loss: int) -> None:
        """Show a loss alone, or all again."""
        runs = [state.info.index for state in self._session.runs if state.info.loss_index == loss]
        if runs:
            self._session.solo(runs)
        elif loss < len(self._session.config.losses):
            self.maker.options = self.maker.options.soloed(loss)
        self._bridge.note("curves", "runs")

    @property
    def at(self) -> int | None:
        """The step looked at, or ``None`` for the latest."""
        return self.maker.options.at

    def look_at(self, step: int | None) -> None:
        """Let all plots show a step; ``None`` is the latest, which training moves on."""
        if step != self.maker.options.at:
            self._change(at=step)

    def pick_sample(self, sample: int) -> None:
        """Let a sample, by its row in the data set, stand out wherever it is shown; −1 for none."""
        self._change(sample=sample if sample >= 0 else None)

    def open_add_menu(self, place: QPoint) -> None:
        """Open the menu of plots that can be added."""
        self._grid.add_menu().popup(place)

    def toggle_full(self) -> None:
        """Show the focused plot at full size, or all again."""
        self._grid.toggle_full()

    def leave_full(self) -> bool:
        """Go back from full size; return whether there was anything to go back from."""
        if self._grid.full is None:
            return False
        self._grid.toggle_full()
        return True

    # --- kinds ------------------------------------------------------------------------------------
    def _data_changed(self) -> None:
        summary = self._session.summary
        if summary is None:
            return
        kinds = applicable_kinds(summary)
        self._grid.set_available({kind: PANEL_KINDS[kind] for kind in kinds})
        shown = self._grid.kinds
        if not self._own_kinds:
            self._show_kinds(default_kinds(summary))
        elif any(kind not in kinds for kind in shown):
            spare = [kind for kind in default_kinds(summary) if kind not in shown]
            self._show_kinds(tuple(dict.fromkeys(
                kind if kind in kinds else (spare.pop(0) if spare else "objective") for kind in shown
            )))  # fmt: skip

    def _show_kinds(self, kinds: tuple[str, ...]) -> None:
        if kinds != self._grid.kinds:
            self._grid.set_kinds(kinds)
            self.show_losses()
        self._bridge.note("curves")

    def _kinds_changed(self, kinds: tuple[str, ...]) -> None:
        self._own_kinds = True
        self.show_losses()
        self._bridge.note("curves")

    def use_default_plots(self) -> None:
        """Show the plots that suit the data, as at first."""
        self._own_kinds = False
        self._show_kinds(default_kinds(self._session.summary))

    def reset_for_experiment(self) -> None:
        """Forget what belonged to the last experiment: hidden losses, zoom."""
        self.maker.options = replace(
            self.maker.options, hidden_losses=frozenset(), solo=None, x_view=None, sample=None
        )
        self._grid.set_view(None)
        self._bridge.note("curves")

    # --- what is remembered -----------------------------------------------------------------------
    def saved(self) -> dict[str, Any]:
        """Return what to remember, as JSON-able data."""
        return {
            "own": self._own_kinds,
            "comparison": self.maker.options.comparison,
            "cards": self._grid.state(),
        }

    def restore(self, stored: dict[str, Any], choices: ViewChoices) -> None:
        """Take over what was remembered; what does not fit keeps its default."""
        self._follow_choices(choices)
        comparison = stored.get("comparison")
        if comparison in ("raw", "relative", "nll"):
            self.maker.options = replace(self.maker.options, comparison=comparison)
            self._grid.set_comparison(comparison)
        self._own_kinds = stored.get("own") is True and self._grid.restore(stored.get("cards"))
        if not self._own_kinds:
            self._grid.set_kinds(default_kinds(self._session.summary))
        self.show_losses()
