"""Why runs diverged, found in what was recorded; once with real training."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.config_changes import apply_changes
from lab.diagnosis import explain_divergence, find_growth
from lab.messages import Prepared, Recorded
from lab.number_text import step_text
from lab.session import Session
from tests.lab.recorded_runs import data_summary, make_chunk, scripted_session, started, tell, tiny_config

RUNS = tuple(range(6))


def test_growth_is_dated_from_where_it_left_the_calm() -> None:
    noise = 1 + 0.1 * np.sin(np.arange(40.0))
    rise = 1.5 ** np.arange(1, 9)
    growth = find_growth([*noise, *rise])
    assert growth is not None
    assert growth.steps == 8
    assert growth.before == pytest.approx(noise[-1])
    assert growth.after == pytest.approx(1.5**8)


@pytest.mark.parametrize(
    "values", [[], [1.0], [1.0] * 30, [1.0, np.nan, np.inf], list(np.linspace(1, 1.5, 40))]
)
def test_no_growth(values: list[float]) -> None:
    assert find_growth(values) is None


def diverged(ends: list[RunEnd], changes: dict[str, object] | None = None, rate: float = 0.1) -> Session:
    config = apply_changes(tiny_config(), {"optimizer.learning_rate": rate, **(changes or {})})
    session, trainer = scripted_session(config)
    tell(session, trainer, Prepared(1, data_summary()))
    session.start()
    objective = np.ones((30, 6), dtype=np.float32)
    for end in ends:
        objective[end.step :, end.run] = np.nan
    tell(session, trainer, started(trainer, seeds=config.seeds.count))
    tell(session, trainer, Recorded(RUNS, make_chunk(0, objective, ended=ends)))
    return session


def test_titles() -> None:
    some = diverged([RunEnd(4, 12, "diverged", 0, np.inf)])
    assert some.problem is not None
    assert some.problem.title == "MSE on raw outputs diverged at step 12, on 1 of 3 seeds"
    spread = diverged([RunEnd(run, 12 + run, "diverged", 0, np.inf) for run in (0, 1, 2)])
    assert spread.problem is not None
    assert spread.problem.title == "Cross-entropy diverged between steps 12 and 14, on all 3 seeds"
    both = diverged([RunEnd(run, 12, "diverged", 0, np.inf) for run in (1, 3, 4, 5)])
    assert both.problem is not None
    assert both.problem.title.startswith("MSE on raw outputs diverged at step 12, on all 3")
    assert "Cross-entropy diverged, too." in both.problem.body
    assert "other 2 are not affected" in both.problem.body
    calm = diverged([RunEnd(4, 12, "target", None, 0.95)])
    assert calm.problem is None
    assert explain_divergence(calm) is None
    long = diverged(
        [RunEnd(4, 12, "diverged", 0, np.inf)],
        {"losses.1.label": "A name that goes on and on and on and on and on, on"},
    )
    assert long.problem is not None
    assert len(long.problem.title) <= 80


@pytest.mark.parametrize(("rate", "lower"), [(0.1, 0.03), (1.0, 0.3), (0.5, 0.2), (3e-4, 1e-4)])
def test_remedies_are_changes_that_are_allowed(rate: float, lower: float) -> None:
    # The learning rate that was in force is the recorded one, 0.1 in these recordings.
    session = diverged([RunEnd(4, 12, "diverged", 0, np.inf)], {"losses.1.learning_rate": rate}, rate=0.7)
    track = session.curves.track("learning_rate", 4)
    assert track is not None
    track.last[track.channel("learning_rate"), track.rows((4,))] = rate
    problem = explain_divergence(session)
    assert problem is not None
    assert problem.remedies[0].changes == {"losses.1.learning_rate": pytest.approx(lower)}
    mended = apply_changes(session.config, problem.remedies[0].changes)
    assert f"The learning rate of {step_text(rate)} is probably too high" in problem.body
    assert mended.losses[1].learning_rate == pytest.approx(lower)
    assert apply_changes(session.config, problem.remedies[1].changes).training.clip == 1


def test_no_clipping_is_offered_where_gradients_are_clipped() -> None:
    session = diverged([RunEnd(4, 12, "diverged", 0, np.inf)], {"training.clip": 0.5})
    assert session.problem is not None
    assert [remedy.label for remedy in session.problem.remedies] == ["Run again at 0.03"]


def test_real_divergence() -> None:
    from compute.backend import Device
    from compute.training import Training
    from lab.messages import DeviceReport, Start, Started
    from lab.preview import summarize
    from lab.sweep import plan_sweep, prepare_data

    config = apply_changes(tiny_config(), {"optimizer.learning_rate": 5.0, "data.name": "digits"})
    prepared = prepare_data(config)
    sweep = plan_sweep(config, prepared, Device("cpu", ""))
    session, trainer = scripted_session(config)
    session.start()
    request = next(command.request for command in trainer.sent if isinstance(command, Start))
    report = DeviceReport("cpu", "CPU · NumPy")
    tell(
        session,
        trainer,
        Started(request, sweep.runs, sweep.steps, sweep.steps_per_epoch, report, summarize(prepared)),
    )
    for indices, plan in sweep.plans:
        tell(session, trainer, Recorded(indices, Training(plan).advance(100)))
    problem = session.problem
    assert problem is not None
    assert problem.title.startswith("MSE on raw outputs diverged")
    assert problem.title.endswith("on all 3 seeds")
    assert "grew from" in problem.body
    assert [run.status for run in session.runs[3:]] == ["diverged"] * 3
    assert problem.remedies[0].changes == {"optimizer.learning_rate": 2.0}
