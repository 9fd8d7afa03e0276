"""Dying ReLUs: networks that are pushed below 0, and networks that are not."""

from __future__ import annotations

import re

from lab.advice.advising import advise
from lab.advice.finding import Finding
from lab.advice.measuring import LayerShares, RunNumbers
from tests.lab.advice.judged import check_remedies, findings, judge, network, train


def test_units_below_zero_on_every_sample_are_counted() -> None:
    config = network(
        data="sine", loss="squared_error", activation="relu", hidden=32, model__initializer__name="normal",
        model__initializer__scale=0.1, model__initializer__bias_scale=3.0,
    )  # fmt: skip
    session = train(config)
    finding = judge(session)["dying_relu"]
    assert finding.severity == "problem"
    counted = re.search(r"(\d+) of 32 units of layer 1 give 0 .* At step 0 it was (\d+)", finding.evidence)
    assert counted is not None
    # By hand: a unit of one input is dead where w x + b ≤ 0 at both ends of the training inputs.
    for step, count in zip((None, 0), (counted[1], counted[2]), strict=True):
        assert _dead_by_hand(session, step) == int(count)
    assert finding.remedies[0].changes == {"model.activation": "leaky_relu"}
    check_remedies(config, finding)
    leaky = {"activation": "leaky_relu"}
    assert "dying_relu" not in findings(
        network(
            data="sine", loss="squared_error", hidden=32, model__initializer__name="normal",
            model__initializer__scale=0.1, model__initializer__bias_scale=3.0, **leaky,
        )
    )  # fmt: skip


def _dead_by_hand(session: object, step: int | None) -> int:
    from lab.instruments.frozen import freeze

    run = freeze(session.run_config, (0,))[0]  # type: ignore[attr-defined]
    inputs, _ = run.part("train")
    first = run.matrices(session.curves.snapshots.at(0, step))[0]  # type: ignore[attr-defined]
    ends = [first[0] * end + first[1] for end in (inputs.min(), inputs.max())]
    return int(((ends[0] <= 0) & (ends[1] <= 0)).sum())


def test_a_rate_that_is_too_high_kills_units_and_a_lower_one_is_offered() -> None:
    config = network(activation="relu", hidden=32, rate=10.0, training__epochs=60)
    found = findings(config)
    finding = found["dying_relu"]
    assert finding.severity == "problem"
    assert "dead units in layer 1" in finding.title
    check_remedies(config, finding)


def test_healthy_relus_are_silent() -> None:
    for data, loss in (("moons", "cross_entropy"), ("sine", "squared_error")):
        assert findings(network(data=data, loss=loss, activation="relu", rate=0.05)) == {}


def test_saturated_tanhs_are_no_dying_relus() -> None:
    found = findings(network(model__initializer__name="normal", model__initializer__scale=30.0))
    assert "dying_relu" not in found


def test_a_share_that_is_steady_and_small_is_silent_and_one_that_grew_is_a_hint() -> None:
    session = train(network(activation="relu", training__epochs=4))

    def found(before: float, now: float) -> tuple[Finding, ...]:
        numbers = (RunNumbers(0, 0, 28, (LayerShares("1", before, now, before, now),), 0.0, float("nan")),)
        return advise(session, None, numbers)

    def judged(before: float, now: float) -> list[str]:
        return [finding.severity for finding in found(before, now)]

    assert judged(0.25, 0.3) == []
    assert judged(0.0, 0.2) == []
    assert judged(0.1, 0.3) == ["hint"]
    assert judged(0.5, 0.5) == ["problem"]

    def remedies(before: float, now: float) -> list[str]:
        return [remedy.label for remedy in found(before, now)[0].remedies]

    leaky, slower = "Try leaky ReLU", "Try learning rate 0.03"
    assert remedies(0.05, 1.0) == [slower, leaky]  # the rate killed them: at it, leaky units may diverge
    assert remedies(0.6, 0.8) == [leaky, slower]
    assert remedies(0.5, 0.5)[0] == leaky
