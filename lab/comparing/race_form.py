"""What is set of a race: fields with what the lab chooses where nothing is said, and what will be trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.config import ExperimentConfig
from lab.field_spec import FieldSpec, Metric
from lab.form_fields import fixed_field
from lab.loss_labels import format_number
from lab.metric_catalogue import METRICS, metric_of
from lab.number_text import thousands
from lab.racing.plan import tuning_cells
from lab.racing.terms import RaceTerms, default_margin, race_task
from lab.statistics.measures import Measure


def race_fields(config: ExperimentConfig, terms: RaceTerms) -> tuple[FieldSpec, ...]:
    """Return the fields of a race's settings; an empty one says what the lab chooses."""
    race = config.race
    metrics = _metric_choices(config)
    tuning = metric_of(terms.tuning_metric).label
    target = None if terms.target is None else metric_of(terms.target[0])
    return (
        FieldSpec(
            "race.rates", "Learning rates", "numbers", race.rates or terms.rates, (), low=0, low_open=True,
            help="The grid that each loss's rate is tuned over, the same for all losses.",
        ),
        FieldSpec(
            "race.tuning_metric", "Tuned by", "choice", race.tuning_metric or None, None, choices=metrics,
            optional=True, empty_text=f"{tuning} (usual)", help="The metric that chooses each loss's rate.",
        ),
        fixed_field(race.tuning_seeds, "race.tuning_seeds.count", "Tuning seeds",
                    help="Runs of each loss at each rate. The final does not use their seeds."),
        fixed_field(race.seeds, "race.seeds.count", "Final seeds",
                    help="Fresh runs of each loss at its rate. More seeds tell smaller differences apart."),
        fixed_field(race, "race.same_rate", "Same rate",
                    empty_text=f"{format_number(config.optimizer.learning_rate)}, the optimiser's"),
        FieldSpec(
            "race.target_metric", "Target", "choice", race.target_metric or None, None, choices=metrics,
            optional=True, empty_text="none" if target is None else f"{target.label} (usual)",
            help="The metric that must reach the target value.",
        ),
        fixed_field(race, "race.target", "Target value", percent=target is not None and target.percent,
                    empty_text=_target_text(terms)),
    )  # fmt: skip


def margin_field(config: ExperimentConfig, measure: Measure) -> FieldSpec:
    """Return the field of the margin, in the measure's unit."""
    usual = default_margin(measure.key)
    shown = f"{100 * usual:g}" if measure.percent else format_number(usual)
    return fixed_field(
        config.race, "race.margin", "Margin", percent=measure.percent, unit=measure.unit, empty_text=shown,
        help="Differences up to it do not matter: losses that differ by less are practically equal.",
    )  # fmt: skip


@dataclass(frozen=True)
class RaceSize:
    """What a race trains: runs of tuning and final (at most), and updates of each run."""

    losses: int
    rates: int
    tuning_seeds: int
    final_seeds: int

    @property
    def tuning(self) -> int:
        """Runs of the tuning."""
        return self.losses * self.rates * self.tuning_seeds

    @property
    def final(self) -> int:
        """Runs of the final: at one rate for all and, where that is another, at each loss's best."""
        return 2 * self.losses * self.final_seeds

    @property
    def runs(self) -> int:
        """Runs in all, at most."""
        return self.tuning + self.final

    @property
    def tuning_words(self) -> str:
        """Say what the tuning trains."""
        return (
            f"Tuning: {self.losses} losses × {self.rates} learning rates × {_seeds(self.tuning_seeds)}"
            f" = {thousands(self.tuning)} runs"
        )

    @property
    def final_words(self) -> str:
        """Say what the final trains."""
        return (
            f"Final: {self.losses} losses × {_seeds(self.final_seeds, 'fresh ')}, at one rate for all and at "
            f"each loss’s best = {thousands(self.final)} runs"
        )


def race_size(config: ExperimentConfig, terms: RaceTerms) -> RaceSize:
    """Return what a race would train."""
    race = config.race
    rates = len(tuning_cells(config, terms)) // len(config.losses)
    return RaceSize(len(config.losses), rates, race.tuning_seeds.count, race.seeds.count)


def shared_metrics(config: ExperimentConfig, parts: Sequence[str]) -> tuple[Metric, ...]:
    """Return the metrics that all losses share, on those of the parts of the data that there are.

    Parameters
    ----------
    config
        The experiment.
    parts
        ``"test"``, ``"validation"``, ``"train"``, in the order in which they are offered.
    """
    task, split = race_task(config), config.data.split
    there = [part for part in parts if getattr(split, part) > 0]
    return tuple(
        metric
        for part in there
        for metric in METRICS.values()
        if metric.evaluated
        and task in metric.tasks
        and metric.key.startswith(f"{part}_")
        and not metric.key.endswith("_loss")
    )


def _metric_choices(config: ExperimentConfig) -> tuple[tuple[str, str, str], ...]:
    """Return what can be tuned by and counted to: never the test part, which the tuning must not see."""
    found = shared_metrics(config, ("validation", "train"))
    return tuple((metric.key, metric.label, metric.help) for metric in found)


def _target_text(terms: RaceTerms) -> str:
    """Return the value that is counted to where none is set."""
    if terms.target is None:
        return "none"
    metric, value = terms.target
    return format_number(100 * value if metric_of(metric).percent else value)


def _seeds(count: int, kind: str = "") -> str:
    return f"{count} {kind}seed{'' if count == 1 else 's'}"
