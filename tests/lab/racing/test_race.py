"""A small race, run for real, read back and judged; gone on with and extended."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from compute.problems import ProblemError
from lab.config import ExperimentConfig
from lab.experiment_file import dump_experiment
from lab.racing.judging import judge
from lab.racing.race import RaceWork
from lab.racing.reading import RaceReader, read_race
from lab.store.store import Store
from tests.lab.racing.races import small_race, trained, tuning_of

Raced = tuple[Store, str]


def test_the_grid(raced: Raced) -> None:
    grid = read_race(*raced).grid
    assert grid.rates == (0.1, 1.0, 1e5)
    assert grid.seeds == (50, 51)
    assert all(cell is not None and cell.runs == 2 for row in grid.cells for cell in row)
    far = grid.cells[0][2]  # cross-entropy's gradient does not vanish where it is far off
    assert far is not None
    assert far.diverged == 2
    assert math.isnan(far.score)
    assert grid.best[0] in (0, 1), "a diverged rate is never best"
    assert 0 <= grid.cells[1][1].low <= grid.cells[1][1].score <= 1  # type: ignore[union-attr]


def test_the_final(raced: Raced) -> None:
    store, group = raced
    result = read_race(store, group)
    assert (result.id, result.state, result.seeds) == (group, "finished", tuple(range(60, 66)))
    assert result.config == small_race()
    same = [entrant for entrant in result.entrants if entrant.way == "same"]
    own = [entrant for entrant in result.entrants if entrant.way == "own"]
    assert [entrant.rate for entrant in same] == [0.1, 0.1]
    rates = result.grid.rates
    assert [e.rate for e in own] == [rates[p] for p in result.grid.best if p is not None]
    assert result.entrants == (*same, *own)
    assert result.seconds > 0


def test_scores_and_times_are_those_of_the_stored_curves(raced: Raced) -> None:
    store, group = raced
    for entrant in read_race(store, group).entrants:
        source = store.experiment(entrant.experiment)
        assert [source.runs[run].info.seed for run in entrant.runs] == list(range(60, 66))
        assert {source.runs[run].info.learning_rate for run in entrant.runs} == {entrant.rate}
        for place, run in enumerate(entrant.runs):
            steps, values = source.curves.series("validation_accuracy", run)
            assert entrant.outcomes["validation_accuracy"][place] == values[-1]
            arrived = np.flatnonzero(values >= 0.7)
            expected = steps[arrived[0]] if len(arrived) else math.inf
            assert entrant.times["steps"][place] == expected
        finite = np.isfinite(entrant.times["steps"])
        per_epoch = source.steps_per_epoch
        np.testing.assert_allclose(entrant.times["epochs"], entrant.times["steps"] / per_epoch)
        np.testing.assert_allclose(entrant.times["examples"], 20 * entrant.times["steps"])
        assert (entrant.times["seconds"][finite] >= 0).all()
        assert entrant.ends["epochs"].tolist() == [6.0] * 6


def test_the_test_part_is_measured_in_the_final_alone(raced: Raced) -> None:
    store, group = raced
    for entrant in read_race(store, group).entrants:
        assert np.isfinite(entrant.outcomes["test_accuracy"]).all()
    measured = {row.experiment.role: "test_accuracy" in row.last for row in store.runs()}
    assert measured == {"tuning": False, "final": True}
    assert judge(read_race(store, group), "test_brier", 0.0)[0].measure == "test_brier"


def test_pairs_start_alike_whatever_their_loss_and_rate(raced: Raced) -> None:
    store, group = raced
    starts = []
    for entrant in read_race(store, group).entrants:
        curves = store.experiment(entrant.experiment).curves
        starts.append([curves.series("validation_accuracy", run)[1][0] for run in entrant.runs])
    assert all(start == starts[0] for start in starts)
    assert len(set(starts[0])) > 1, "seeds differ"


def test_verdicts_quote_a_pair(raced: Raced) -> None:
    same, own = judge(read_race(*raced))
    for judgement, words in ((same, "At one learning rate for all, 0.1: "), (own, "Each at its own best ")):
        (pair,) = judgement.comparisons
        assert (judgement.measure, judgement.margin) == ("epochs", 2)
        assert judgement.decision == pair.decision
        assert judgement.headline.startswith(words)
        assert judgement.headline.endswith(pair.sentence)
        assert [curve.runs for curve in judgement.survivals] == [6, 6]
    assert same.comparisons[0].p_adjusted >= same.comparisons[0].p


def test_where_no_run_arrives_nobody_is_as_good_as_the_other(raced: Raced) -> None:
    result = read_race(*raced)
    never = {name: np.full(6, math.inf) for name in ("steps", "epochs", "examples", "seconds")}
    lost = replace(result, entrants=tuple(replace(entrant, times=never) for entrant in result.entrants))
    for judgement in judge(lost, "epochs"):
        assert judgement.decision is None
        assert judgement.headline.endswith("No run reached 70\u202f% validation accuracy.")
        assert [curve.arrived for curve in judgement.survivals] == [0, 0]


def test_while_the_final_runs_nothing_is_judged(raced: Raced) -> None:
    result = read_race(*raced)
    half = replace(result.entrants[0], ended=False)
    for state, entrants in (
        ("tuning", ()),
        ("final", result.entrants),
        ("stopped", (half, *result.entrants[1:])),
        ("stopped", result.entrants[:3]),
    ):
        for judgement in judge(replace(result, state=state, entrants=entrants)):
            assert (judgement.decision, judgement.comparisons, judgement.detail) == (None, (), "")
            assert judgement.headline


def test_judged_by_a_score(raced: Raced) -> None:
    result = read_race(*raced)
    same, own = judge(result, "validation_brier", 0.5)
    assert (same.margin, own.margin) == (0.5, 0.5)
    assert same.survivals == ()
    assert same.decision == "equal", "Brier scores of two classes that are learnt differ by less than ½"
    first, second = (e.outcomes["validation_brier"] for e in result.entrants[:2])
    np.testing.assert_array_equal(same.comparisons[0].differences, first - second)


def test_diverged_runs_have_no_score_and_are_counted(raced: Raced) -> None:
    result = read_race(*raced)
    first = result.entrants[0]
    scores = first.outcomes["validation_nll"].copy()
    scores[:2] = np.nan
    hurt = replace(first, diverged=2, outcomes={**first.outcomes, "validation_nll": scores})
    same, own = judge(replace(result, entrants=(hurt, *result.entrants[1:])), "validation_nll")
    assert same.detail.endswith("2 diverged runs left out")
    assert "4 paired seeds" in same.detail
    assert "left out" not in own.detail


def test_what_cannot_be_judged_is_said(raced: Raced) -> None:
    result = read_race(*raced)
    with pytest.raises(ProblemError, match="was not measured in this race"):
        judge(result, "validation_mse")
    with pytest.raises(ProblemError, match="is not a metric"):
        judge(result, "beauty")


def test_reading_again_reads_only_what_changed(raced: Raced, monkeypatch: pytest.MonkeyPatch) -> None:
    store, group = raced
    reader = RaceReader(store, group)
    first = reader.read()
    monkeypatch.setattr(store, "experiment", lambda identity: pytest.fail("read again"))
    again = reader.read()
    assert [e.times["steps"].tolist() for e in again.entrants] == [
        e.times["steps"].tolist() for e in first.entrants
    ]


def test_nothing_is_left_of_a_finished_race(raced: Raced) -> None:
    assert list(RaceWork(small_race()).remaining(*raced)) == []


def test_extending_the_grid_trains_the_new_rates_only(raced: Raced) -> None:
    store, group = raced
    (planned,) = RaceWork(small_race(), (0.3,)).remaining(store, group)
    assert planned.role == "tuning"
    assert [(loss.name, loss.learning_rate) for loss in planned.config.losses] == [
        ("cross_entropy", 0.3), ("brier", 0.3),
    ]  # fmt: skip


def test_a_race_is_gone_on_with(tmp_path: object) -> None:
    store = Store(tmp_path / "store")  # type: ignore[operator]
    config = small_race(race__rates=[0.1, 1.0])
    group = store.begin_group("race", config.name, dump_experiment(config))
    tuning = tuning_of(config)
    trained_alone(store, tuning.config, group)
    begun = read_race(store, group)
    assert begun.state == "final", "the tuning is there, and the group is under way"
    assert judge(begun)[0].decision is None
    store.end_group(group, "interrupted")
    assert read_race(store, group).state == "interrupted"
    assert "Go on with the race" in judge(read_race(store, group))[0].headline
    job = trained(store, RaceWork(config), group)
    assert job.state == "finished"
    assert sum(e.role == "tuning" for e in store.experiments()) == 1, "tuned once"
    assert len(read_race(store, group).entrants) == 4
    job = trained(store, RaceWork(config, (3.0,)), group)
    result = read_race(store, group)
    assert result.grid.rates == (0.1, 1.0, 3.0), "the grid keeps what it was extended by"
    assert None not in result.grid.best
    store.close()


def trained_alone(store: Store, config: ExperimentConfig, group: str) -> None:
    """Train the tuning of a race as a process that then died would have."""
    import time

    from lab.session import Session
    from lab.store.keeping import KeepingTrainer
    from tests.lab.racing.races import one_process

    session = Session("cpu", config=config, trainer=KeepingTrainer(one_process(), store, group, "tuning"))
    session.start()
    while session.starting or session.state == "running":
        if not session.advance():
            time.sleep(0.005)
    session.close()


def test_an_unknown_race_is_said(tmp_path: object) -> None:
    store = Store(tmp_path / "store")  # type: ignore[operator]
    with pytest.raises(ProblemError, match="The store has no race nothing"):
        read_race(store, "nothing")
    store.close()
