"""Everything that can be selected, family by family, as lists and documentation show it."""

from __future__ import annotations

from collections.abc import Callable

from compute.datasets import DATASETS
from compute.declaration import Declaration
from compute.links import LINKS
from compute.losses import LOSSES, make_loss
from compute.losses.base import LossCard
from compute.models import ACTIVATIONS, INITIALIZERS, MODELS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from lab.field_spec import Entry
from lab.metric_catalogue import METRICS

_TASKS = {"regression": "numbers", "binary": "two classes", "multiclass": "more classes"}

_METRIC_TASKS = {"classification": "classes", "regression": "numbers"}


def _entry(card: Declaration, facts: tuple[tuple[str, str], ...] = (), plain: str = "") -> Entry:
    return Entry(
        card.name, card.label, card.short or card.label, card.help, card.formula, plain, card.parameters,
        card.reference, facts,
    )  # fmt: skip


def _loss(card: LossCard) -> Entry:
    facts = [
        ("Targets", ", ".join(_TASKS[task] for task in card.tasks)),
        ("Target values", card.target_domain),
        ("Outputs", "two for each target: location and log scale" if card.outputs_per_target == 2 else ""),
        ("Link", make_loss(card.name).link.label),
        ("Gradient", card.plain_gradient),
        ("Likelihood", card.likelihood),
        ("Best constant", card.minimiser),
        ("Convex in the outputs", "yes" if card.convex_in_outputs else "no"),
        ("Bounded gradient", "yes" if card.bounded_gradient else "no"),
        ("Bounded value", "yes" if card.bounded_value else "no"),
        *((f"Against {library}", sentence) for library, sentence in card.scaling.items()),
    ]
    return _entry(card, tuple(fact for fact in facts if fact[1]), card.plain)


def _metrics() -> tuple[Entry, ...]:
    return tuple(
        Entry(
            metric.key, metric.label, metric.short, metric.help,
            facts=(
                ("Measured", "at evaluations" if metric.evaluated else "every step"),
                ("For", " and ".join(_METRIC_TASKS[task] for task in metric.tasks)),
                ("Better", "higher" if metric.higher_is_better else "lower"),
            ),
        )
        for metric in METRICS.values()
    )  # fmt: skip


def _datasets() -> tuple[Entry, ...]:
    words = {"classification": "classes", "regression": "numbers", "auto": "classes or numbers"}
    return tuple(_entry(card, (("Targets", words[card.task]),)) for card in DATASETS.values())


FAMILIES: dict[str, Callable[[], tuple[Entry, ...]]] = {
    "losses": lambda: tuple(_loss(card) for card in LOSSES.values()),
    "datasets": _datasets,
    "models": lambda: tuple(_entry(card) for card in MODELS.values()),
    "optimizers": lambda: tuple(_entry(card) for card in OPTIMIZERS.values()),
    "links": lambda: tuple(_entry(link.declaration) for link in LINKS.values()),
    "schedules": lambda: tuple(_entry(card) for card in SCHEDULES.values()),
    "activations": lambda: tuple(_entry(card) for card in ACTIVATIONS.values()),
    "initializers": lambda: tuple(_entry(card) for card in INITIALIZERS.values()),
    "metrics": _metrics,
}


def entries(family: str) -> tuple[Entry, ...]:
    """Return everything of a family: losses, datasets, models, optimizers, links, schedules, ...

    Raises
    ------
    KeyError
        Where there is no such family; `FAMILIES` lists them.
    """
    return FAMILIES[family]()
