"""Hidden layers that training drives into saturation, and saturated layers that fit all the same."""

from __future__ import annotations

import pytest

from compute.plan import RunEnd
from lab.advice.driven_layers import layers_saturated, shortfall
from lab.advice.measuring import LayerShares, RunNumbers, question
from lab.advice.readings import Readings
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import parse_experiment
from lab.instruments.direct import DirectAnswers
from lab.session import Session
from tests.lab.advice.judged import changed, check_remedies, judge, network, train

DIGITS = """
[data]
name = "digits"
[model]
hidden = [32, 32]
activation = "{activation}"
[model.initializer]
name = "glorot"
[[losses]]
name = "{loss}"
[optimizer]
name = "sgd"
learning_rate = {rate}
[training]
epochs = 20
batch_size = 32
[seeds]
count = 2
"""
TOO_LARGE = {"layers_saturated", "saturation_plateau", "worse_than_start"}
"""What a rate that is too large may be found by; which of them, rounding may decide."""


def digits(loss: str, rate: float, activation: str = "tanh") -> ExperimentConfig:
    return parse_experiment(DIGITS.format(loss=loss, rate=rate, activation=activation))


def of_layer(first: float, now: float) -> tuple[RunNumbers, ...]:
    """Numbers of the first run, whose one hidden layer's saturated share was and is so much."""
    return (RunNumbers(0, 0, 800, (LayerShares("1", first, now, 0.0, 0.0),), 0.0, float("nan")),)


def judged(session: Session, first: float, now: float) -> list[str]:
    return [finding.severity for finding in layers_saturated(Readings(session), of_layer(first, now))]


def test_tanhs_that_large_steps_saturate() -> None:
    """Whether the run also stands still on its plateau is chance; both say what the layer shows."""
    config = digits("brier", 12.0)
    session = train(config)
    asked = question(session)
    assert asked is not None
    (finding,) = layers_saturated(Readings(session), DirectAnswers().ask(session, asked))
    assert finding.title == "Brier · MSE on softmax has driven hidden layer 1 into saturation"
    assert "At step 0 it was" in finding.evidence
    assert "of the training samples are wrong" in finding.evidence
    assert finding.cause.endswith("The learning rate of 12 is probably too high here.")
    assert finding.remedies[0].label == "Try learning rate 1"
    check_remedies(config, finding)
    found = judge(session)
    assert set(found) <= TOO_LARGE
    (told,) = found.values()
    assert "of the responses in layer 1 are flat" in told.evidence
    assert told.remedies == finding.remedies
    mended = train(apply_changes(config, finding.remedies[0].changes))
    assert judge(mended) == {}
    assert mended.curves.last("train_accuracy", 0) > 0.98


@pytest.mark.parametrize(("activation", "rate"), [("tanh", 8.0), ("sigmoid", 30.0)])
def test_no_such_run_is_passed_over(activation: str, rate: float) -> None:
    session = train(digits("cross_entropy", rate, activation))
    assert session.curves.last("train_accuracy", 0) < 0.9
    found = judge(session)
    assert TOO_LARGE & set(found)
    told = next(finding for key, finding in found.items() if key in TOO_LARGE)
    assert told.remedies[0].label == f"Try learning rate {rate / 10:g}"


def test_saturated_tanhs_that_fit_their_samples_are_silent() -> None:
    """At rate 3 four fifths of layer 1 are flat at the end, and every training sample is right."""
    session = train(digits("cross_entropy", 3.0))
    assert session.curves.last("train_accuracy", 0) > 0.95
    assert judge(session) == {}
    assert judged(session, 0.05, 0.9) == []


def test_the_share_must_have_grown_and_be_large() -> None:
    session = train(network(rate=1e-5))
    assert shortfall(Readings(session), 0) is not None
    assert judged(session, 0.0, 0.9) == ["problem"]  # the mean loss is what it was
    assert judged(session, 0.39, 0.65) == []
    assert judged(session, 0.0, 0.7) == []


def test_a_start_in_saturation() -> None:
    config = network(rate=1e-5, model__initializer__name="normal")
    session = train(config)
    (finding,) = layers_saturated(Readings(session), of_layer(0.45, 0.45))
    assert finding.title.endswith("began with hidden layer 1 in saturation and stays there")
    assert finding.severity == "problem"
    assert [remedy.label for remedy in finding.remedies] == ["Start from Glorot weights"]
    check_remedies(config, finding)
    assert judged(session, 0.35, 0.9) == ["problem"]  # training drove it there
    assert judged(session, 0.35, 0.6) == []
    assert judged(session, 0.6, 0.35) == []  # it has come out


def test_it_says_which_seed_was_measured_and_speaks_only_where_most_seeds_fall_short() -> None:
    session = train(network(rate=1e-5))  # three seeds, none of which comes on
    (finding,) = layers_saturated(Readings(session), of_layer(0.0, 0.9))
    assert "At step 0 it was 0\u202f%. Measured on seed 0, one of 3. Over the later half" in finding.evidence
    assert finding.evidence.endswith("It stays far from fitting them, on all 3 seeds.")
    assert finding.runs == (0,)
    fit(session, 2)
    assert judged(session, 0.0, 0.9) == []  # two of three are no three quarters
    fit(session, 1)
    assert judged(session, 0.0, 0.9) == []
    diverge(session, 1, 2)  # of the runs that are sound it is all
    (finding,) = layers_saturated(Readings(session), of_layer(0.0, 0.9))
    assert finding.evidence.endswith("It stays far from fitting them, on 1 of 3 seeds.")


def test_of_one_seed_nothing_is_said_of_others() -> None:
    session = train(network(rate=1e-5, seeds__count=1))
    (finding,) = layers_saturated(Readings(session), of_layer(0.0, 0.9))
    assert "seed" not in finding.evidence
    assert finding.evidence.endswith("of the training samples are wrong.")


def test_the_seed_that_was_measured_must_fall_short_itself() -> None:
    session = train(network(rate=1e-5, seeds__count=4))
    fit(session, 0)
    assert judged(session, 0.0, 0.9) == []


def fit(session: Session, run: int) -> None:
    """Have a run answer every training sample rightly, as far as its curves say."""
    track = session.curves.track("train_accuracy", run)
    assert track is not None
    steps, seconds = track.steps + 1 + int(track.steps[-1]), track.seconds
    values = track.read_all(0, track.length)
    values[track.channels.index("train_accuracy"), track.runs.index(run)] = 1.0
    for _ in range(2):  # the median over the later half is what counts
        session.curves.append_rows(track.runs, track.channels, steps, seconds, values, evaluated=True)
        steps = steps + len(steps)


def diverge(session: Session, *runs: int) -> None:
    session.curves.append_ends(RunEnd(run, 5, "diverged", "out", float("nan")) for run in runs)


def test_only_sigmoids_and_tanhs_that_are_far_from_fitting_are_measured_for_it() -> None:
    assert shortfall(Readings(train(network(rate=1e-5, activation="relu"))), 0) is None
    assert shortfall(Readings(train(network(data="blobs", rate=0.3))), 0) is None
    assert shortfall(Readings(train(network(rate=1e-5, training__epochs=2))), 0) is None


def test_numbers_are_judged_by_their_variance() -> None:
    session = train(network(data="sine", loss="squared_error", rate=1e-6))
    found = shortfall(Readings(session), 0)
    assert found is not None
    assert found.words.startswith("R² on the training samples is")
    assert judged(session, 0.0, 0.9) == ["problem"]


def test_flipped_labels_that_are_not_learnt_do_not_count_as_wrong() -> None:
    config = changed(network(data="blobs", rate=0.1), data__label_noise__share=0.3, training__epochs=10)
    session = train(config)
    accuracy = session.curves.last("train_accuracy", 0)
    assert 0.6 < accuracy < 0.9
    assert shortfall(Readings(session), 0) is None
