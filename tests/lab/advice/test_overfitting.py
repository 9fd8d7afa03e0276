"""Overfitting and wrong labels learnt by heart, trained for real, and what looks like them."""

from __future__ import annotations

import numpy as np
import pytest

from lab.advice.overfitting import find_rise
from lab.advice.readings import percent
from lab.advice.wrong_labels import learnt_share
from tests.lab.advice.judged import changed, check_remedies, findings, judge, lesson, network, train

CLASSES = "calibration/classes.toml"
DIGITS = "wrong_labels/digits.toml"


# --- overfitting ------------------------------------------------------------------------------------
def test_a_network_that_learns_300_samples_by_heart() -> None:
    config = lesson(CLASSES, seeds__count=3)
    session = train(config)
    found = judge(session)
    assert set(found) == {"overfitting"}
    finding = found["overfitting"]
    assert finding.severity == "problem"
    assert set(finding.losses) >= {0}
    assert finding.title.startswith("CE overfits since step ")
    assert finding.title.endswith("on all 3 seeds")
    # The same numbers, read from the curves: cross-entropy's validation NLL at least doubles.
    for run in range(3):
        values = session.curves.series("validation_nll", run)[1]
        assert values[-3:].mean() > 1.8 * values.min()
        training = session.curves.series("train_nll", run)[1]
        assert training[-1] < 0.1 * training[int(np.argmin(values))]
    check_remedies(config, finding)


def test_early_stopping_is_not_offered_twice_and_ends_the_advice() -> None:
    config = lesson(
        CLASSES, seeds__count=3, training__plateau__metric="validation_nll", training__plateau__patience=3
    )
    assert findings(config) == {}


def test_two_evaluations_are_too_few() -> None:
    config = lesson(CLASSES, seeds__count=3, training__evaluate_every=2000)
    session = train(config)
    values = session.curves.series("validation_nll", 0)[1]
    assert len(values) == 3
    assert values[2] > values[1]
    assert judge(session) == {}


def test_a_healthy_run_is_silent() -> None:
    assert findings(network()) == {}


def test_one_odd_seed_of_many_is_no_finding() -> None:
    """Cross-entropy's curves, but two of three seeds taken from the run that stops early."""
    session = train(lesson(CLASSES, seeds__count=3))
    assert "overfitting" in judge(session)
    track = session.curves.track("validation_nll", 0)
    assert track is not None
    channel = track.channel("validation_nll")
    flat = track.read(channel, track.rows((0, 1)), 0, track.length)
    original = track.read

    def read(wanted: int, rows: np.ndarray, first: int, last: int) -> np.ndarray:
        values = original(wanted, rows, first, last)
        if wanted == channel:
            keep = np.isin(rows, track.rows((1, 2)))
            values[keep] = np.minimum.accumulate(flat[0])[first:last]
        return values

    track.read = read  # type: ignore[method-assign]
    finding = judge(session).get("overfitting")
    assert finding is None or 0 not in finding.losses


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_no_rise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = np.arange(100.0)
    falling = np.exp(-steps / 30)
    held_out = 0.4 + 0.3 * np.exp(-steps / 20) + rng.normal(0, 0.05, 100)
    assert find_rise(0, steps, held_out, falling) is None


def test_a_rise_is_dated_and_measured() -> None:
    steps = 10.0 * np.arange(60)
    held_out = np.where(steps < 200, 1 - steps / 400, 0.5 + (steps - 200) / 1000)
    training = np.exp(-steps / 100)
    rise = find_rise(7, steps, held_out, training)
    assert rise is not None
    assert (rise.run, rise.step) == (7, 210)  # the middle of the three least
    assert rise.low == pytest.approx(0.5, abs=0.02)
    assert rise.now == pytest.approx(held_out[-3:].mean())
    assert find_rise(7, steps, held_out, training[::-1]) is None  # the training part must fall
    assert find_rise(7, steps[:24], held_out[:24], training[:24]) is None  # three evaluations after the least


def test_a_regression_that_overfits() -> None:
    config = network(
        data="sine", loss="squared_error", rate=0.1, hidden=64, data__name="diabetes", training__epochs=2000
    )
    session = train(config)
    finding = judge(session)["overfitting"]
    values = session.curves.series("validation_mse", finding.runs[0])[1]
    assert values[-3:].mean() > 1.1 * values.min()
    assert "validation MSE rose" in finding.evidence
    assert finding.remedies[0].changes["training.plateau.metric"] == "validation_mse"
    check_remedies(config, finding)


def test_planted_outliers_are_called_by_their_name() -> None:
    config = lesson("outliers/line.toml", seeds__count=4, data__outliers__share=0.3)
    finding = findings(config)["overfitting"]
    assert "is pulled off by the planted outliers since step" in finding.title
    assert finding.severity == "hint"
    assert finding.losses == (0, 1, 2, 3)
    check_remedies(config, finding)


# --- wrong labels -----------------------------------------------------------------------------------
def test_cross_entropy_learns_wrong_labels_and_robust_losses_do_not() -> None:
    config = changed(lesson(DIGITS, seeds__count=2, training__epochs=80))
    session = train(config)
    finding = judge(session)["wrong_labels_learnt"]
    assert finding.severity == "problem"
    assert 0 in finding.losses
    assert 4 not in finding.losses  # generalised cross-entropy
    assert "40\u202f% of the training labels are wrong" in finding.evidence
    assert "validation accuracy fell from" in finding.evidence
    accuracy = np.mean([session.curves.series("train_accuracy", run)[1][-3:].mean() for run in (0, 1)])
    assert f"answers {percent(accuracy)} of them" in finding.evidence
    assert "overfitting" not in judge(session) or 0 not in judge(session)["overfitting"].losses
    check_remedies(config, finding)


def test_the_bound_holds_against_the_flipped_labels_themselves() -> None:
    """What a training accuracy proves is never more than what is true of the wrong labels."""
    from lab.instruments.frozen import freeze

    config = lesson(DIGITS, seeds__count=1, training__epochs=80)
    session = train(config)
    run = freeze(config, (0,))[0]
    samples = run.samples("train")
    outputs = run.forward(samples.inputs, session.curves.snapshots.at(0)).outputs
    fitted = outputs.argmax(axis=1) == samples.targets
    wrong = samples.corrupted
    bound = learnt_share(float(fitted.mean()), float(wrong.mean()))
    assert 0.2 < bound <= fitted[wrong].mean()


def test_true_labels_and_early_training_are_silent() -> None:
    clean = findings(lesson(DIGITS, seeds__count=2, training__epochs=20, data__label_noise__share=0.0))
    assert "wrong_labels_learnt" not in clean
    early = findings(lesson(DIGITS, seeds__count=2, training__epochs=10))
    assert "wrong_labels_learnt" not in early
