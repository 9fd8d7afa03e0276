"""Points edited by hand as the data plot shows them: at once, before any process has loaded them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lab.config import DataConfig, ExperimentConfig
from lab.field_marks import misclassified
from lab.hand_points import HandPoints, is_editable, points_of
from lab.panels import FieldPanel


class EditedPoints:
    """Puts the points of the edited experiment into data plots; the same arrays while they are the same."""

    def __init__(self) -> None:
        self._data: DataConfig | None = None
        self._arrays: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]

    def shown(
        self, panel: FieldPanel, config: ExperimentConfig, trained: ExperimentConfig, follows: bool
    ) -> FieldPanel:
        """Return a data plot with the points of an experiment that is being edited.

        Parameters
        ----------
        panel
            The plot of what is trained.
        config, trained
            The experiment as edited, and as it is trained.
        follows
            Whether the runs take over what is edited, or there are none.
        """
        if not is_editable(config):
            return panel
        points = points_of(config)
        classes = points.task == "classification"
        if points.features != panel.points.shape[-1] or classes != (panel.classes > 0):
            return panel
        if self._data is not config.data:
            self._data, self._arrays = config.data, _arrays(points)
        inputs, targets, marked, validation = self._arrays
        subtitle = panel.subtitle
        if not follows and trained.data != config.data:
            subtitle = f"{subtitle}, points edited since" if subtitle else "points edited since"
        # what a surface gets wrong is of the points as they are, not of those before the edit
        views = tuple(
            replace(view, wrong=misclassified(inputs, targets, panel.axes, view.values, panel.field_kind))
            if len(view.wrong)
            else view
            for view in panel.views
        )
        return replace(
            panel, points=inputs, labels=targets, corrupted=marked, validation=validation, subtitle=subtitle,
            rows=np.arange(len(inputs), dtype=np.intp), views=views,
        )  # fmt: skip


def _arrays(
    points: HandPoints,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    count = len(points.inputs)
    marked = np.zeros(count, dtype=np.bool_)
    marked[list(points.marked)] = True
    validation = np.zeros(count, dtype=np.bool_)
    validation[points.parts[0] : points.parts[0] + points.parts[1]] = True
    return np.array(points.inputs), np.array(points.targets), marked, validation
