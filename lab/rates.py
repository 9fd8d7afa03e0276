"""The learning rate of a loss: where it stands in the configuration, and which was in force."""

from __future__ import annotations

import math

from lab.config import ExperimentConfig
from lab.view_options import PanelSource


def rate_of(config: ExperimentConfig, loss_index: int) -> float:
    """Return the configured learning rate of a loss: its own, or the optimiser's."""
    own = config.losses[loss_index].learning_rate
    return config.optimizer.learning_rate if own is None else own


def rate_path(config: ExperimentConfig, loss_index: int) -> str:
    """Return the path of the setting that holds a loss's learning rate."""
    own = config.losses[loss_index].learning_rate
    return "optimizer.learning_rate" if own is None else f"losses.{loss_index}.learning_rate"


def constant_rate(config: ExperimentConfig) -> bool:
    """Whether the learning rate is the same at every step, unless it was changed by hand."""
    schedule = config.optimizer.schedule
    return schedule.name == "constant" and not schedule.warmup


def rate_in_force(source: PanelSource, loss_index: int, run: int) -> float:
    """Return the base learning rate of a run at its end, as recorded: it may have been changed by hand.

    With a schedule it is the configured one.
    """
    config = source.run_config
    rate = source.curves.last("learning_rate", run)
    if math.isfinite(rate) and rate > 0 and constant_rate(config):
        return float(f"{rate:.6g}")  # recorded in float32, 0.1 as 0.10000000149
    return rate_of(config, loss_index)


def lower_rate(rate: float, factor: float = 3.0) -> float:
    """Return a rate divided by ``factor``, to one significant digit.

    Examples
    --------
    >>> lower_rate(0.1), lower_rate(1.0), lower_rate(0.5)
    (0.03, 0.3, 0.2)
    """
    return float(f"{rate / factor:.1g}")
