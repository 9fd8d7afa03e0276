"""The configuration that trains some stored runs' losses again, as the form takes it."""

from __future__ import annotations

from collections.abc import Sequence

from lab.config import ExperimentConfig
from lab.store.rows import RunRow


def config_of_runs(config: ExperimentConfig, rows: Sequence[RunRow]) -> ExperimentConfig:
    """Return an experiment with the losses of some of its runs alone, at the rates that they had.

    Parameters
    ----------
    config
        The experiment.
    rows
        Runs of it, at least one. Their seeds are those of the experiment.

    Returns
    -------
    ExperimentConfig
        With one rate for all where they had one; it is the optimiser's then.
    """
    rates = {row.loss_index: row.learning_rate for row in rows}
    common = set(rates.values())
    losses = tuple(
        config.losses[index].model_copy(update={"learning_rate": None if len(common) == 1 else rates[index]})
        for index in sorted(rates)
    )
    optimizer = config.optimizer.model_copy(update={"learning_rate": min(common)})
    return config.model_copy(update={"losses": losses, "optimizer": optimizer})
