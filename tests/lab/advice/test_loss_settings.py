"""Thresholds of robust losses beside the residuals, and focal losses that are less sure than right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lab.advice.loss_numbers import Residuals, Sureness, residuals_of, sureness_of
from lab.advice.loss_settings import focus_too_strong, threshold_far_above, threshold_far_below
from lab.advice.measuring import RunNumbers, question
from lab.advice.readings import Readings
from lab.config import ExperimentConfig
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.session import Session
from tests.lab.advice.judged import changed, check_remedies, findings, judge, lesson, network, train

LINE = "outliers/line.toml"
HUBER = 2


def line(**changes: Any) -> ExperimentConfig:
    """The lesson's line with 10 % outliers, shortened; its third loss is Huber's."""
    return lesson(LINE, **{"seeds__count": 2, "training__steps": 1500, **changes})


def of(session: Session, residuals: Residuals | None = None, sureness: Sureness | None = None) -> RunNumbers:
    """Numbers of the last run of a session."""
    run = session.runs[-1].info.index
    return RunNumbers(run, 0, session.step, (), 0.0, float("nan"), residuals=residuals, sureness=sureness)


# --- what is measured --------------------------------------------------------------------------------
def test_residuals_are_those_of_the_parameters() -> None:
    config = line(losses__2__delta=0.5, training__steps=200)
    session = train(config)
    book = Book(config)
    run = next(run.info.index for run in session.runs if run.info.loss_index == HUBER)
    samples = book.samples(run, "train")
    found = residuals_of(book.run(run), samples, np.array([2.0, 1.0]))
    assert found is not None
    sizes = np.abs(2 * samples.inputs[:, 0] + 1 - np.ravel(samples.targets))
    assert found.threshold == 0.5
    assert found.moved == pytest.approx(0.1)
    assert found.median == pytest.approx(np.median(sizes))
    assert found.beyond == pytest.approx((sizes > 0.5).mean())
    assert found.median_moved == pytest.approx(20, abs=0.5)
    assert found.median_others == pytest.approx(0.6745 * 0.3, rel=0.3)
    other = next(run.info.index for run in session.runs if run.info.loss_index == 0)
    assert residuals_of(book.run(other), samples, np.array([2.0, 1.0])) is None


def test_the_pull_of_a_focal_loss_is_its_factor() -> None:
    config = lesson("focal_factors/rare.toml", training__steps=10, losses__1__gamma=5.0)
    train(config)
    book = Book(config)
    bias = np.log(0.2 / 0.8)
    found = sureness_of(book, 1, book.samples(1, "train"), np.array([0.0, bias]))
    assert found is not None
    assert (found.right, found.sure) == (pytest.approx(0.99), pytest.approx(0.8))
    assert np.isnan(found.held_out_right)
    # q^γ (1 − γ p ln p / q) of the zeros, whose probability is 0.8; α = ½ and the scale of 2 are none
    assert found.pull == pytest.approx(0.2**5 * (1 - 5 * 0.8 * np.log(0.8) / 0.2), rel=1e-9)
    assert sureness_of(book, 0, book.samples(0, "train"), np.array([0.0, bias])) is None


# --- a threshold far below the residuals -------------------------------------------------------------
def test_a_small_delta_is_found_and_its_remedy_makes_it_quick() -> None:
    config = line(losses__2__delta=0.01)
    session = train(config)
    finding = judge(session)["threshold_far_below"]
    assert finding.severity == "hint"
    assert finding.losses == (HUBER,)
    assert finding.title == "Huber is absolute error in effect: its δ is far below the residuals"
    assert "are beyond δ = 0.01; half of them are larger than" in finding.evidence
    assert finding.cause.endswith("it trains like absolute error at δ times the rate.")
    check_remedies(config, finding)
    mended = train(changed(config, **_changes(finding.remedies[0].changes)))
    assert "threshold_far_below" not in judge(mended)
    run = next(run.info.index for run in session.runs if run.info.loss_index == HUBER)
    before, after = (float(one.curves.snapshots.at(run, 300)[0]) for one in (session, mended))  # type: ignore[index]
    assert before < 1.2
    assert after == pytest.approx(2, abs=0.3)


def test_smooth_l1_pulls_with_one() -> None:
    config = line(losses__2__name="smooth_l1", losses__2__beta=0.01, losses__2__label=None)
    found = findings(config)
    assert "Beyond β each pulls with 1, however" in found["threshold_far_below"].cause
    assert list(found["threshold_far_below"].remedies[0].changes) == ["losses.2.beta"]


@pytest.mark.parametrize("delta", [0.1, 0.3, 1.0])
@pytest.mark.parametrize("share", [0.1, 0.4])
def test_a_delta_that_suits_the_noise_is_silent_also_where_many_targets_are_moved(
    delta: float, share: float
) -> None:
    """The noise has the deviation 0.3; outliers anywhere, as a line through the rest can withstand them."""
    found = findings(line(losses__2__delta=delta, data__outliers__share=share, data__outliers__kind="random"))
    assert not {"threshold_far_below", "threshold_far_above"} & set(found)


def test_a_run_on_its_way_down_to_its_delta_is_silent() -> None:
    """Without noise residuals fall below any δ."""
    config = line(losses__2__delta=0.02, data__outliers__share=0.0, data__scale=0.0)
    assert "threshold_far_below" not in findings(config)


def test_the_edges_of_the_criterion() -> None:
    session = train(line(losses__2__delta=0.01, **{"losses__-": 3}))
    readings = Readings(session)
    known = Residuals(0.1, 0.52, 0.9, 2.0, 0.95)

    def fires(**other: float) -> bool:
        return bool(list(threshold_far_below(readings, (of(session, replace(known, **other)),))))

    assert fires()
    assert not fires(quartile=0.48)
    assert not fires(threshold=0.11)
    assert not list(threshold_far_below(Readings(session, 400), (of(session, known),)))  # a third is 500
    assert not list(threshold_far_below(readings, (of(session),)))


# --- a threshold beyond all residuals ----------------------------------------------------------------
def test_a_large_delta_is_found_where_targets_were_moved_and_its_remedy_takes_their_pull() -> None:
    config = line(losses__2__delta=100.0)
    session = train(config)
    finding = judge(session)["threshold_far_above"]
    assert finding.severity == "hint"
    assert finding.losses == (HUBER,)
    assert "10\u202f% of the training targets were moved" in finding.evidence
    assert "none is beyond δ = 100" in finding.evidence
    mended = train(changed(config, **_changes(finding.remedies[0].changes)))
    assert not {"threshold_far_below", "threshold_far_above"} & set(judge(mended))
    run = next(run.info.index for run in session.runs if run.info.loss_index == HUBER)
    before, after = (float(one.curves.snapshots.at(run)[0]) for one in (session, mended))  # type: ignore[index]
    assert before > 3.5
    assert after == pytest.approx(2, abs=0.5)


def test_a_large_delta_without_outliers_is_silent() -> None:
    found = findings(line(losses__2__delta=100.0, data__outliers__share=0.0))
    assert "threshold_far_above" not in found


def test_moved_targets_that_do_not_stand_out_are_no_reason() -> None:
    session = train(line(losses__2__delta=100.0, **{"losses__-": 3}))
    known = Residuals(100.0, 1.0, 2.0, 15.0, 0.0, 0.1, 6.2, 2.0)

    def fires(**other: float) -> bool:
        return bool(list(threshold_far_above(Readings(session), (of(session, replace(known, **other)),))))

    assert fires()
    assert not fires(median_moved=5.8)
    assert not fires(moved=0.0, median_moved=float("nan"))
    assert not fires(beyond=0.01)


# --- a focus that is too strong ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("path", "loss", "changes"),
    [
        ("focal_factors/rare.toml", 1, {}),
        ("which_number/labels.toml", 3, {"training__steps": 3000}),
        ("calibration/classes.toml", 3, {"seeds__count": 1}),
    ],
)
def test_a_gamma_that_is_too_high_and_a_usual_one(path: str, loss: int, changes: dict[str, Any]) -> None:
    gamma = 10.0 if "calibration" in path else 5.0
    config = lesson(path, **changes, **{f"losses__{loss}__gamma": gamma})
    finding = findings(config)["focus_too_strong"]
    assert finding.severity == "hint"
    assert finding.losses == (loss,)
    assert f"With γ = {gamma:g} samples" in finding.cause
    assert [remedy.label for remedy in finding.remedies] == ["Try γ = 2"]  # cross-entropy is there
    usual = train(changed(config, **_changes(finding.remedies[0].changes)))
    assert "focus_too_strong" not in judge(usual)
    assert _gap(usual, loss) < 0.8 * finding.weight


def _gap(session: Session, loss: int) -> float:
    book = Book(session.run_config)
    run = next(run.info.index for run in session.runs if run.info.loss_index == loss)
    parameters = np.asarray(session.curves.snapshots.at(run), dtype=np.float64)
    found = sureness_of(book, run, book.samples(run, "train"), parameters)
    assert found is not None
    return found.right - found.sure


def test_cross_entropy_is_offered_where_it_is_not_there() -> None:
    config = lesson("focal_factors/rare.toml", losses__1__gamma=5.0, **{"losses__-": 0})
    finding = findings(config)["focus_too_strong"]
    assert [remedy.label for remedy in finding.remedies] == ["Try γ = 2", "Try cross-entropy"]
    assert finding.remedies[1].changes["losses.0.name"] == "binary_cross_entropy"
    check_remedies(config, finding)
    assert findings(changed(config, **_changes(finding.remedies[1].changes))) == {}


def test_a_focus_that_makes_up_for_overconfidence_is_silent() -> None:
    session = train(network(loss="focal", losses__0__gamma=3.0))
    known = Sureness(3.0, 0.98, 0.88, 0.90, 0.86, 0.01)

    def fires(**other: float) -> bool:
        sureness = replace(known, **other)
        return bool(list(focus_too_strong(Readings(session), (of(session, sureness=sureness),))))

    assert fires()
    assert fires(held_out_right=float("nan"), held_out_sure=float("nan"))
    assert not fires(held_out_sure=0.89)
    assert not fires(sure=0.91)
    assert not fires(gamma=2.0)
    few = train(network(loss="focal", losses__0__gamma=3.0, training__epochs=2))
    assert not list(focus_too_strong(Readings(few), (of(few, sureness=known),)))


def test_a_strong_focus_on_what_is_learnt_by_heart_is_silent() -> None:
    """Where all samples are far from the boundary, even γ = 5 gets sure of them."""
    found = findings(
        network(data="blobs", loss="focal", rate=1.0, losses__0__gamma=2.5, training__epochs=200)
    )
    assert "focus_too_strong" not in found


# --- what is asked -----------------------------------------------------------------------------------
def test_only_settings_that_may_be_wrong_are_measured() -> None:
    batches: dict[str, Any] = {"training__full_batch": False, "training__batch_size": 20}
    asked = question(train(lesson(LINE, seeds__count=1, training__steps=50, **batches)))
    assert asked is not None
    assert asked.runs == (HUBER,)
    assert question(train(network(loss="focal", losses__0__gamma=2.0))) is None
    assert question(train(network(loss="focal", losses__0__gamma=2.5))) is not None


def test_standardised_targets_are_said_to_be() -> None:
    config = parse_experiment("""
        [data]
        name = "diabetes"
        [model]
        name = "linear"
        [[losses]]
        name = "huber"
        delta = 0.01
        [optimizer]
        name = "sgd"
        learning_rate = 0.1
        [training]
        epochs = 60
        batch_size = 32
        [seeds]
        count = 1
    """)
    session = train(config)
    asked = question(session)
    assert asked is not None
    (found,) = threshold_far_below(Readings(session), DirectAnswers().ask(session, asked))
    assert "(targets standardised)" in found.evidence
    assert "seed" not in found.evidence


def _changes(changes: dict[str, Any]) -> dict[str, Any]:
    return {path.replace(".", "__"): value for path, value in changes.items()}
