"""Words of a race: its ways, its verdicts' tags, and where it stands."""

from __future__ import annotations

from lab.config import ExperimentConfig
from lab.loss_labels import format_number
from lab.racing.results import RaceResult, Way

TAGS = {"better": "Better", "worse": "Better", "equal": "Practically equal", "undecided": "Not enough seeds"}
"""Decision → tag; "worse" is a "better" of the second of a pair."""
KINDS = {"better": "ok", "worse": "ok", "equal": "neutral", "undecided": "warn"}
"""Decision → the meaning that colours its tag."""
STATES = {
    "tuning": "Tuning the learning rate of each loss",
    "final": "Racing fresh seeds at the chosen rates",
    "finished": "Finished",
    "stopped": "Stopped: what was recorded is kept",
    "interrupted": "Interrupted: what was recorded is kept",
}


def way_words(way: Way, rate: str = "") -> str:
    """Say how it is raced: "at the same learning rate, 0.1"."""
    words = "at the same learning rate" if way == "same" else "at each loss’s own best rate"
    return f"{words}, {rate}" if rate else words


def way_rates(result: RaceResult) -> dict[str, str]:
    """Return, for each way, its rate in words where all finalists have the same one."""
    found: dict[str, str] = {}
    for way in ("same", "own"):
        rates = {entrant.rate for entrant in result.entrants if entrant.way == way}
        if len(rates) == 1:
            found[way] = format_number(rates.pop())
    return found


def state_words(result: RaceResult) -> str:
    """Say where a race stands."""
    return STATES.get(result.state, result.state)


def protocol_words(config: ExperimentConfig, tuned_by: str) -> str:
    """Say in one line what is raced: "Digits · MLP 32 · 32 · SGD · tuned by validation accuracy"."""
    parts = (config.data.declaration.label, model_words(config), config.optimizer.declaration.label)
    return " · ".join([*parts, f"tuned by {tuned_by}"])


def model_words(config: ExperimentConfig) -> str:
    """Say the model: "MLP 32·32", "linear model"."""
    hidden = config.model.hidden if config.model.name == "mlp" else ()
    return "MLP " + "·".join(str(units) for units in hidden) if hidden else "linear model"
