"""The sections of an experiment's form, with only the fields that apply."""

from __future__ import annotations

from lab.config import ExperimentConfig
from lab.field_spec import SectionSpec
from lab.messages import DataSummary


def form(config: ExperimentConfig, summary: DataSummary | None = None) -> tuple[SectionSpec, ...]:
    """Describe the form of an experiment: Data, Losses, Model, Optimiser, Training, Seeds.

    Parameters
    ----------
    config
        The experiment.
    summary
        What is known of its data, once prepared; task and sizes are guessed from the data set's name without it.
    """
    raise NotImplementedError
