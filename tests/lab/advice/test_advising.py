"""All rules together: quiet where nothing is wrong, quick, in order, and never twice the same."""

from __future__ import annotations

import time
import tomllib
from dataclasses import replace

import pytest

from compute.problems import Remedy
from lab.advice.advising import EXPLAINED_BY, RULES, advise, unexplained
from lab.advice.finding import KEYS, Finding, arranged
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import default_experiment, parse_experiment
from lab.session import Session
from tests.lab.advice.judged import LESSONS, check_remedies, findings, judge, lesson, network, train


def finding(key: str, loss: int, weight: float = 0.0, severity: str = "problem") -> Finding:
    remedy = (Remedy(f"remedy {loss}", {}),)
    return Finding(key, f"{key} {loss}", "Numbers.", "", severity, (loss,), (loss,), remedy, weight)  # type: ignore[arg-type]


def test_before_the_first_run_there_is_nothing_to_say() -> None:
    from tests.lab.recorded_runs import scripted_session

    session, _ = scripted_session()
    assert advise(session) == ()


def test_the_built_in_experiment_is_silent() -> None:
    assert findings(default_experiment()) == {}


def test_the_shipped_example_is_silent() -> None:
    text = (LESSONS.parents[1] / "examples" / "digits_race.toml").read_text(encoding="utf-8")
    assert findings(parse_experiment(text)) == {}


QUIET = {
    "slow_learner": ("slow_learner/neuron.toml", {}),
    "never_shrinks": ("never_shrinks/diabetes.toml", {"training__steps": 2000}),
    "which_number": ("which_number/labels.toml", {"training__steps": 3000}),
    "wrong_end": ("wrong_end/logit.toml", {}),
    "outliers": ("outliers/line.toml", {"seeds__count": 4}),
    "outliers, 30 %": ("outliers/line.toml", {"seeds__count": 4, "data__outliers__share": 0.3}),
    "softmax_gradients": ("softmax_gradients/gaussian.toml", {}),
    "never_finished": ("never_finished/iris.toml", {"training__steps": 3000}),
    "digits_race": ("digits_race/race.toml", {"seeds__count": 2, "training__epochs": 20}),
    "digits_race, Adam": (
        "digits_race/race.toml",
        {
            "seeds__count": 2,
            "training__epochs": 20,
            "optimizer__name": "adam",
            "optimizer__learning_rate": 0.003,
        },
    ),
    "focal_factors": ("focal_factors/rare.toml", {}),
    "bad_start, narrow": (
        "bad_start/nielsen.toml",
        {"seeds__count": 2, "training__epochs": 15, "model__initializer__name": "lecun"},
    ),
}


@pytest.mark.parametrize("name", QUIET)
def test_lessons_that_go_well_have_no_problem(name: str) -> None:
    path, changes = QUIET[name]
    found = findings(lesson(path, **changes))
    assert [key for key, one in found.items() if one.severity == "problem"] == []


def good_presets() -> dict[str, ExperimentConfig]:
    """Presets of lessons that are not marked as bad, shortened; those that train for long are left out."""
    found = {}
    for folder in sorted(LESSONS.iterdir()):
        if folder.name in ("softmax_gradients", "wrong_labels"):
            continue
        told = tomllib.loads((folder / "lesson.toml").read_text(encoding="utf-8"))
        for preset in told.get("presets", ()):
            if preset.get("bad") or "runs" not in told or "view" in preset:
                continue
            run = next(run for run in told["runs"] if preset.get("run") in (None, run.get("name")))
            config = lesson(f"{folder.name}/{run['experiment']}")
            config = apply_changes(apply_changes(config, run.get("change", {})), preset["change"])
            config = apply_changes(config, {"seeds.count": min(2, config.seeds.count)})
            if (config.training.steps or 0) > 3000:
                config = apply_changes(config, {"training.steps": 3000})
            found[f"{folder.name}: {preset['label']}"] = config
    return found


GOOD_PRESETS = good_presets()


@pytest.mark.parametrize("name", GOOD_PRESETS)
def test_presets_that_are_meant_well_have_no_problem(name: str) -> None:
    found = findings(GOOD_PRESETS[name])
    assert [key for key, one in found.items() if one.severity == "problem"] == []


def test_every_rule_of_the_window_together_takes_some_milliseconds() -> None:
    """With 18 runs of digits, all evaluated every epoch."""
    session = train(lesson("loses_classes/digits.toml", seeds__count=6, training__epochs=30))
    advise(session)
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        advise(session)
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.05


def test_divergence_is_said_as_its_card_says_it() -> None:
    config = network(data="sine", loss="squared_error", rate=5.0)
    session = train(config)
    found = judge(session)
    assert session.problem is not None
    assert found["diverged"].title == session.problem.title
    assert found["diverged"].remedies == session.problem.remedies
    check_remedies(config, found["diverged"])


def test_problems_come_first_and_losses_that_share_one_are_named_once() -> None:
    found = arranged(
        [
            finding("rate_at_edge", 0, severity="hint"),
            finding("overfitting", 0, 0.5),
            finding("overfitting", 2, 0.7),
            finding("overfitting", 1, 0.1, "hint"),
            finding("dying_relu", 1),
        ],
        ("CE", "MSE", "MAE"),
    )
    assert [one.key for one in found] == ["dying_relu", "overfitting", "rate_at_edge"]
    shared = found[1]
    assert shared.title == "overfitting 2"
    assert shared.losses == (0, 1, 2)
    assert shared.evidence == "Numbers. The same holds for CE and MSE."
    assert shared.remedies[0].label == "remedy 2"


def test_many_losses_are_counted() -> None:
    names = tuple(f"loss {number}" for number in range(9))
    (one,) = arranged([finding("overfitting", number) for number in range(9)], names)
    assert one.evidence.endswith("The same holds for loss 1, loss 2, loss 3 and 5 more.")


def test_what_another_finding_explains_is_left_out() -> None:
    lost, plateau = finding("class_never_predicted", 1), finding("saturation_plateau", 1)
    assert unexplained([lost, plateau]) == [plateau]
    assert unexplained([lost, finding("saturation_plateau", 0)])[0] == lost
    assert {*EXPLAINED_BY, *(key for keys in EXPLAINED_BY.values() for key in keys)} <= set(KEYS)


def test_titles_are_short_sentences() -> None:
    config = network(
        data="sine", loss="squared_error", rate=5.0,
        losses__0__label="A name that goes on and on and on and on and on and on, on",
    )  # fmt: skip
    for one in judge(train(config)).values():
        assert len(one.title) <= 80
        assert not one.title.endswith(".")
        assert str(one).startswith(f"{one.title}. ")


def test_rules_say_their_criterion() -> None:
    from lab.advice.advising import MEASURED_RULES

    for rule in (*RULES, *MEASURED_RULES):
        assert "Criterion:" in (rule.__doc__ or "")


def test_remedies_lead_out_of_what_they_are_offered_for() -> None:
    config = lesson("slow_learner/neuron.toml", model__initializer__values=[2.0, 2.0], **{"losses__-": 1})
    config = apply_changes(config, {"losses.-": 1})
    session = train(config)
    finding = judge(session, 40)["saturation_plateau"]
    assert finding.remedies[0].label == "Try cross-entropy"
    mended: Session = train(apply_changes(config, finding.remedies[0].changes))
    assert judge(mended, 40) == {}
    before, after = (one.curves.series("objective", 0)[1] for one in (session, mended))
    assert before[40] > 0.98 * before[0]
    assert after[40] < 0.25 * after[0]


def test_where_the_worst_has_nothing_to_try_another_remedy_is_offered() -> None:
    worst = replace(finding("class_never_predicted", 0, 0.5), remedies=())
    (one,) = arranged([finding("class_never_predicted", 1, 0.1), worst], ("MAE", "GCE"))
    assert one.title == "class_never_predicted 0"
    assert [remedy.label for remedy in one.remedies] == ["remedy 1"]
