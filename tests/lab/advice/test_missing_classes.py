"""Classes that are never predicted: lost for good, rare, or merely not learnt yet."""

from __future__ import annotations

import numpy as np

from lab.advice.missing_classes import missing_classes
from tests.lab.advice.judged import changed, check_remedies, findings, judge, lesson, network, train

DIGITS = "loses_classes/digits.toml"


def test_absolute_error_loses_digits() -> None:
    session = train(lesson(DIGITS, seeds__count=6))
    found = judge(session)
    assert set(found) == {"class_never_predicted"}
    finding = found["class_never_predicted"]
    assert finding.losses == (0,)  # neither cross-entropy nor the generalised one
    assert session.confusion is not None
    missing = [run for run in range(6) if (session.confusion.counts[run].sum(axis=0) == 0).any()]
    assert list(finding.runs) == missing
    assert finding.title.endswith(f"on {len(missing)} of 6 seeds")
    place = int(np.flatnonzero(session.confusion.counts[missing[0]].sum(axis=0) == 0)[0])
    samples = int(session.confusion.counts[missing[0]][place].sum())
    assert f"validation has {samples} samples of “{place}”, and none is answered so" in finding.evidence


def test_cross_entropy_is_offered_where_it_is_not_there() -> None:
    config = lesson(DIGITS, seeds__count=1, seeds__first=1, **{"losses__-": 1})
    finding = findings(config)["class_never_predicted"]
    index = finding.losses[0]
    name, label = f"losses.{index}.name", f"losses.{index}.label"
    assert finding.remedies[0].changes == {name: "cross_entropy", label: None}
    check_remedies(config, finding)


def test_early_training_is_silent() -> None:
    """After two epochs absolute error has not begun with some digits, and may yet."""
    config = lesson(DIGITS, seeds__count=2, training__epochs=2, training__evaluate_every=4)
    session = train(config)
    assert session.confusion is not None
    assert any((counts.sum(axis=0) == 0).any() for counts in session.confusion.counts.values())
    assert judge(session) == {}


def test_what_was_missing_at_an_earlier_step_is_not_known() -> None:
    session = train(lesson(DIGITS, seeds__count=6, training__epochs=30))
    assert "class_never_predicted" in judge(session)
    assert "class_never_predicted" not in judge(session, session.step - 1)


def test_one_seed_of_many_is_silent() -> None:
    session = train(lesson(DIGITS, seeds__count=6))
    assert session.confusion is not None
    lost = [run for run in range(6) if (session.confusion.counts[run].sum(axis=0) == 0).any()]
    for run in lost[1:]:
        session.confusion.counts[run] = session.confusion.counts[6]  # cross-entropy's
    assert judge(session) == {}


def test_a_rare_class_is_said_to_be_rare_and_may_be_weighed() -> None:
    config = network(
        rate=0.02, data__name="gaussian_classes", data__classes=3, data__features=2,
        data__samples_per_class=400, data__imbalance__ratio=0.03, training__epochs=20,
    )  # fmt: skip
    finding = findings(config)["class_never_predicted"]
    assert "too rare" in finding.cause
    assert finding.remedies[0].label == "Weigh the classes by their rarity"
    check_remedies(config, finding)


def test_classes_with_few_samples_are_left_alone() -> None:
    counts = np.array([[50, 0, 0], [0, 40, 0], [2, 2, 0]])
    assert missing_classes(0, counts) is None
    found = missing_classes(0, np.array([[50, 0, 0], [0, 40, 0], [2, 3, 0]]))
    assert found is not None
    assert found.classes == (2,)


def test_near_absolute_error_generalised_cross_entropy_is_offered_its_usual_q() -> None:
    config = lesson(DIGITS, seeds__count=8, training__epochs=30, losses__2__q=0.99)
    session = train(config)
    finding = judge(session)["class_never_predicted"]
    assert finding.losses == (0, 2)  # of absolute error, too, which has nothing to try: all else is there
    assert [remedy.label for remedy in finding.remedies] == ["Try q = 0.7 for GCE"]
    assert "CE predicts every class here." in finding.evidence
    mended = judge(train(changed(config, losses__2__q=0.7)))["class_never_predicted"]
    assert mended.losses == (0,)
    assert mended.remedies == ()
    assert "CE and GCE predict every class here." in mended.evidence
