"""The races that come with the lab: what they find, at one rate and at each loss's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import lab
from compute.problems import ProblemError
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import read_experiment
from lab.queue.queue import Queue
from lab.racing.judging import judge
from lab.racing.race import RaceWork
from lab.racing.reading import read_race
from lab.racing.ready import race_file, ready_races
from lab.racing.results import Entrant, RaceResult, Way
from lab.racing.terms import race_terms
from lab.statistics.results import Comparison
from lab.store.store import Store
from tests.lab.racing.races import run

Race = Callable[..., RaceResult]


def ready(name: str) -> ExperimentConfig:
    return read_experiment(ready_races()[name])


@pytest.mark.parametrize("name", ready_races())
def test_every_ready_race_can_be_raced(name: str) -> None:
    config = ready(name)
    assert len(race_terms(config).rates) >= 5
    assert config.race.seeds.count >= 20


def test_the_guide_says_what_they_find() -> None:
    guide = Path(lab.__file__).parent.parent / "docs" / "guide" / "comparing-losses-fairly.md"
    text = guide.read_text(encoding="utf-8")
    assert all(f"`{name}`" in text for name in ready_races())


def test_races_are_found_by_name_or_file(tmp_path: Path) -> None:
    assert race_file("outliers") == ready_races()["outliers"]
    mine = tmp_path / "mine"
    mine.write_text("", encoding="utf-8")
    assert race_file(str(mine)) == mine
    assert race_file("missing.toml") == Path("missing.toml"), "reading it says that it is missing"
    with pytest.raises(ProblemError, match="Did you mean outliers"):
        race_file("outlier")


@pytest.fixture
def race(tmp_path: Path) -> Iterator[Race]:
    store = Store(tmp_path / "store")

    def raced(config: ExperimentConfig) -> RaceResult:
        queue = Queue(store, "cpu")
        job = queue.add(RaceWork(config))
        run(queue, 1200)
        queue.close()
        assert job.state == "finished", job.problems
        return read_race(store, job.group)

    yield raced
    store.close()


def entrants(result: RaceResult, way: Way) -> list[Entrant]:
    return [entrant for entrant in result.entrants if entrant.way == way]


def medians(result: RaceResult, way: Way) -> list[float]:
    return [float(np.median(entrant.times["epochs"])) for entrant in entrants(result, way)]


def scores(result: RaceResult, way: Way, metric: str) -> list[float]:
    return [float(np.nanmean(entrant.outcomes[metric])) for entrant in entrants(result, way)]


def pair(comparisons: tuple[Comparison, ...], first: str, second: str) -> Comparison:
    return next(found for found in comparisons if (found.first_short, found.second_short) == (first, second))


@pytest.mark.slow
def test_digits_at_one_rate_and_at_their_own(race: Race) -> None:
    result = race(ready("digits_race"))
    ce, se, _, _ = medians(result, "same")
    assert 1.5 <= se / ce <= 2.6
    mean_over_classes = entrants(result, "same")[2]
    assert np.isfinite(mean_over_classes.times["epochs"]).sum() <= 1, "in 20 seeds, within 60 epochs"
    ce, se, mean, _ = medians(result, "own")
    assert abs(ce - se) <= 2
    assert abs(ce - mean) <= 2
    same, own = judge(result)
    assert pair(same.comparisons, "CE", "Brier").decision == "better"
    assert pair(own.comparisons, "CE", "Brier").decision == "equal"
    assert pair(own.comparisons, "Brier", "Brier, mean over classes").decision == "equal"
    assert not result.grid.edges


@pytest.mark.slow
def test_wrong_labels(race: Race) -> None:
    result = race(ready("wrong_labels"))
    ce, brier, _, _, robust = scores(result, "same", "validation_accuracy")
    assert robust - ce >= 0.25
    assert ce < brier < robust
    assert ce < 0.68, "it ends with what it memorised"
    tuned_ce, *_, tuned_robust = scores(result, "own", "validation_accuracy")
    assert tuned_ce > ce + 0.2, "a small rate stops before it memorises"
    assert tuned_robust > tuned_ce
    same, own = judge(result)
    assert pair(same.comparisons, "CE", "GCE").decision == "worse"
    assert pair(own.comparisons, "CE", "GCE").decision == "worse"


@pytest.mark.slow
def test_outliers(race: Race) -> None:
    result = race(ready("outliers"))
    for way in ("same", "own"):
        mse, mae, huber, _ = scores(result, way, "validation_mae")  # type: ignore[arg-type]
        # A slope above 3.5 where the truth is 2 is wrong by 1.5 |x| at least, which is 2.25 in the mean of
        # x between −3 and 3; one below 2.3 by at most 0.45, beside a noise of 0.24 and the intercept.
        assert mse > 2.25
        assert mae < 0.24 + 0.225
        assert huber < 0.24 + 0.45
    for judgement in judge(result):
        assert {pair.decision for pair in judgement.comparisons[:3]} == {"worse"}, "MSE to each other loss"


@pytest.mark.slow
def test_a_bad_start(race: Race) -> None:
    config = ready("bad_start")
    result = race(config)
    ce, quadratic = scores(result, "own", "validation_accuracy")
    wide = ce - quadratic
    ce, quadratic = medians(result, "own")
    assert ce <= 3, "epochs to 90 %"
    assert 5 <= quadratic <= 14
    small = {"model.initializer.name": "lecun", "model.initializer.bias_scale": 1.0}
    ce, quadratic = scores(race(apply_changes(config, small)), "own", "validation_accuracy")
    assert abs(ce - quadratic) <= 0.01, "with small weights the start does not matter"
    assert wide >= 0.01, "with weights of deviation 1 it does"
