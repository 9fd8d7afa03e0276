"""What a race will take before it is begun."""

from __future__ import annotations

from lab.config import ExperimentConfig
from lab.racing.plan import final_cells, plan_race, stage
from lab.racing.terms import race_terms
from lab.store.store import Store
from lab.sweeping.preview import Preview, preview


def preview_race(config: ExperimentConfig, store: Store) -> Preview:
    """Say what a race will take, as if no loss's best rate were the common one.

    Parameters
    ----------
    config
        The experiment, with its part `race`.
    store
        Earlier experiments, which tell the speed of this machine.

    Raises
    ------
    ProblemError
        Where it cannot be raced or its data cannot be loaded.
    """
    terms = race_terms(config)
    other = next((rate for rate in terms.rates if rate != terms.same_rate), terms.same_rate)
    final = stage(config, terms, final_cells([other] * len(config.losses), terms), "final")
    return preview([*plan_race(config), *final], store)
