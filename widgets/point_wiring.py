"""Between the data plot and the session: points edited by hand become edits of the experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from lab.config_changes import apply_changes
from lab.edited_points import EditedPoints
from lab.hand_points import add_point, as_points, delete_points, is_editable, move_point, points_of
from lab.panels import FieldPanel
from lab.problems import ProblemError
from widgets.plots.field_edits import FieldEdit, PointAdded, PointsErased

if TYPE_CHECKING:
    from lab.config import ExperimentConfig
    from lab.session import Session


class PointWiring(QObject):
    """Carries out what a person does to points, and lets data plots show them as they are at once.

    The first edit turns the data into a list of points, in the order in which they are drawn. All edits of
    one gesture are one step of undo.

    Parameters
    ----------
    session
        What is edited.
    """

    refused = Signal(object)
    """A `lab.problems.Problem`: why an edit cannot be; once a gesture."""
    edited = Signal()
    """Points have changed: data plots show something else."""
    renumbered = Signal(object)
    """The sample that stands out has another row in the data set now (int), or is gone (None)."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._points = EditedPoints()
        self._gesture = self._refused_in = -1

    def shown(self, panel: FieldPanel) -> FieldPanel:
        """Return a data plot with the points as they are edited."""
        session = self._session
        follows = not session.runs or session.can_resume
        return self._points.shown(panel, session.config, session.run_config, follows)

    def edit(self, edit: FieldEdit, picked: int | None = None) -> None:
        """Carry out an edit; ``picked`` is the row of the sample that stands out."""
        summary, was_points = self._session.summary, is_editable(self._session.config)
        try:
            changes = self._changes(edit)
        except ProblemError as error:
            if edit.gesture != self._refused_in:
                self._refused_in = edit.gesture
                self.refused.emit(error.problem)
            return
        problem = self._session.edit(changes, continues=edit.gesture == self._gesture)
        if problem is not None:
            self.refused.emit(problem)
            return
        self._gesture = edit.gesture
        if picked is not None:
            place: int | None = picked
            if not was_points:
                rows = [] if summary is None else summary.rows.tolist()
                place = rows.index(picked) if picked in rows else None
            row = None if place is None else self._place_after(edit, place)
            if row != picked:
                self.renumbered.emit(row)
        self.edited.emit()

    def _changes(self, edit: FieldEdit) -> dict[str, Any]:
        """Return the changes of the configuration; the first edit also turns its data into points."""
        config = self._session.config
        begun = as_points(config)
        return begun | _edit_of(apply_changes(config, begun) if begun else config, edit)

    def _place_after(self, edit: FieldEdit, place: int) -> int | None:
        """Return the place of a point after an edit, or ``None`` where it is gone."""
        if isinstance(edit, PointsErased):
            return None if place in edit.places else place - sum(gone < place for gone in edit.places)
        if isinstance(edit, PointAdded):  # at the end of the training part
            return place + (place >= points_of(self._session.config).parts[0] - 1)
        return place


def _edit_of(config: ExperimentConfig, edit: FieldEdit) -> dict[str, Any]:
    if isinstance(edit, PointsErased):
        return delete_points(config, edit.places)
    # no pointer means more digits, and files are read by people
    x, y = float(f"{edit.x:.7g}"), float(f"{edit.y:.7g}")
    inputs = (x, y)[: points_of(config).features]
    if isinstance(edit, PointAdded):
        return add_point(config, inputs, float(f"{edit.target:.7g}"))
    return move_point(config, edit.place, inputs, y if len(inputs) == 1 else None)
