"""Pictures of a step that is past, from parameters kept: surfaces, fitted curves, confusion."""

from __future__ import annotations

import numpy as np
import pytest

from compute.backend import select_device
from lab.branching import branch
from lab.experiment_file import parse_experiment
from lab.instruments.book import Book
from lab.instruments.direct import DirectAnswers
from lab.instruments.field_at import FIELD_AT
from lab.instruments.instrument import InstrumentError, Question
from lab.instruments.kinds import INSTRUMENT_KINDS, PLACES
from lab.instruments.looking import looked_at
from lab.panel_views import PANEL_KINDS, make_panel
from lab.panels import ConfusionPanel, FieldPanel
from lab.preview import predict_grid
from lab.session import Session
from lab.sweep import plan_sweep, prepare_data
from lab.view_options import ViewOptions
from tests.lab.lessons.trained import train

TOML = """
[data]
name = "{data}"
samples = 60
[model]
hidden = [4]
[[losses]]
name = "{first}"
[[losses]]
name = "{second}"
[optimizer]
name = "sgd"
learning_rate = 0.1
[training]
steps = 40
evaluate_every = 10
[seeds]
count = 2
"""


@pytest.fixture(scope="module")
def moons() -> Session:
    return train(
        parse_experiment(
            TOML.format(data="moons", first="cross_entropy", second="squared_error"), "moons.toml"
        )
    )


def surfaces(session: Session, **options: object) -> FieldPanel:
    panel = make_panel(session, "field", ViewOptions(**options))  # type: ignore[arg-type]
    assert isinstance(panel, FieldPanel)
    return panel


def test_the_last_step_is_what_the_trainer_sent(moons: Session) -> None:
    live, then = surfaces(moons), surfaces(moons, at=40)
    assert moons.field is not None and moons.field.step == 40
    for one, two in zip(live.views, then.views, strict=True):
        assert one.title == two.title
        assert np.array_equal(one.values, two.values)
    assert then.subtitle == "decision surface, seed 0, step 40"


def test_an_earlier_step_predicts_with_its_parameters(moons: Session) -> None:
    sweep = plan_sweep(moons.run_config, prepare_data(moons.run_config), select_device("cpu"))
    then = surfaces(moons, at=29)
    assert "step 20" in then.subtitle  # the evaluation before it
    for run, view in zip((0, 2), then.views, strict=True):
        ((_, plan, row),) = [
            (indices, plan, indices.index(run)) for indices, plan in sweep.plans if run in indices
        ]
        parameters = moons.curves.snapshots.at(run, 20)
        assert parameters is not None
        values, kind = predict_grid(plan, (row,), parameters[None])
        assert kind == then.field_kind
        assert np.array_equal(view.values, values[0])
    assert not np.array_equal(then.views[0].values, surfaces(moons).views[0].values)


def test_a_step_before_the_first_snapshot_shows_the_first(moons: Session) -> None:
    assert "step 0" in surfaces(moons, at=0).subtitle


def test_hiding_a_loss_asks_nothing_new(moons: Session) -> None:
    asked = FIELD_AT.question(moons, ViewOptions(at=20))
    assert asked == FIELD_AT.question(moons, ViewOptions(at=20, hidden_losses=frozenset({0})))
    assert isinstance(asked, Question) and asked.runs == (0, 2)
    assert [view.title for view in surfaces(moons, at=20, hidden_losses=frozenset({0})).views] == [
        surfaces(moons).views[1].title
    ]


def test_a_fitted_curve_has_a_past_too() -> None:
    session = train(
        parse_experiment(TOML.format(data="sine", first="squared_error", second="huber"), "sine.toml")
    )
    live, then = surfaces(session), surfaces(session, at=40)
    for one, two in zip(live.views, then.views, strict=True):
        assert np.array_equal(one.values, two.values)
    assert then.subtitle.startswith("fitted curve, seed 0, step 40")
    early = surfaces(session, at=10)
    assert not np.array_equal(early.views[0].values, live.views[0].values)


def test_runs_of_which_only_the_end_is_kept_say_nothing_of_before() -> None:
    config = parse_experiment(
        TOML.format(data="digits", first="cross_entropy", second="squared_error")
        .replace("samples = 60", "")
        .replace("hidden = [4]", "hidden = [8]"),
        "digits.toml",
    )
    session = train(config)
    assert session.curves.snapshots.runs == (0, 1, 2, 3)
    assert session.curves.snapshots.steps(1).tolist() == [40]  # too large a model to keep every run of it
    assert session.curves.snapshots.runs_by(39) == (0, 2)
    then = matrix(session, at=29)
    assert then.subtitle == "step 20, validation, % of class, seed 0"
    session.set_visible([0], False)
    options = ViewOptions(at=29)
    assert [one.run for one in looked_at(session, options)] == [0, 2]
    assert [one.run for one in looked_at(session, ViewOptions())] == [1, 2]
    assert matrix(session, at=29).percent.tolist() == then.percent.tolist()  # seed 0 alone is known
    session.set_visible([1], False)
    assert matrix(session, at=29).placeholder == "no run of this loss is shown"


def test_without_parameters_the_card_says_so(moons: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moons.curves, "snapshots", type(moons.curves.snapshots)())
    panel = surfaces(moons, at=20)
    assert panel.subtitle == "decision surface: parameters were not kept; run it again to look inside"
    assert all(view.values.size == 0 for view in panel.views)


def test_more_than_two_features_cannot_be_asked() -> None:
    from lab.instruments.frozen import freeze

    config = parse_experiment(
        TOML.format(data="digits", first="cross_entropy", second="squared_error").replace("samples = 60", ""),
        "digits.toml",
    )
    book = Book(config)
    book.add(0, {0: freeze(config, (0,))[0].initial})
    with pytest.raises(InstrumentError, match="more than two features"):
        FIELD_AT.answer(Question("field_at", (0,), (0,)), book)


def test_what_others_ask_is_no_plot_of_its_own() -> None:
    assert "field_at" in PLACES
    assert "field_at" not in INSTRUMENT_KINDS and "field_at" not in PANEL_KINDS


def matrix(session: Session, **options: object) -> ConfusionPanel:
    panel = make_panel(session, "confusion", ViewOptions(**options))  # type: ignore[arg-type]
    assert isinstance(panel, ConfusionPanel)
    return panel


def test_the_last_confusion_matrix_is_what_was_counted(moons: Session) -> None:
    live, then = matrix(moons), matrix(moons, at=40)
    assert np.array_equal(live.percent, then.percent)  # every run of so small a model is kept
    assert then.subtitle == "step 40, validation, % of class, 2 seeds"
    assert matrix(moons, at=0).percent.tolist() != live.percent.tolist()
    assert "step 20" in matrix(moons, at=29).subtitle


def test_counts_are_of_the_visible_seeds(moons: Session) -> None:
    moons.set_visible([1], False)
    try:
        assert matrix(moons, at=20).subtitle == "step 20, validation, % of class, seed 0"
    finally:
        moons.set_visible([1], True)


def test_before_a_branch_other_settings_held() -> None:
    before = parse_experiment(
        TOML.format(data="blobs", first="cross_entropy", second="squared_error"), "blobs.toml"
    )
    changes = {"losses.0.name": "squared_error", "data.label_noise.share": 0.3, "training.l2": 0.1}
    session = train(branch(before, 20, changes))
    snapshots = session.curves.snapshots
    assert snapshots.steps(0).tolist() == [0, 10, 20, 30, 40]
    for at, config in ((10, before), (30, branch(before, 20, changes))):
        asked = Question("field_at", (0, 2), (at,))
        found = DirectAnswers().ask(session, asked)
        sweep = plan_sweep(config, prepare_data(config), select_device("cpu"))
        for place, run in enumerate(asked.runs):
            ((plan, row),) = [(p, indices.index(run)) for indices, p in sweep.plans if run in indices]
            parameters = snapshots.at(run, at)
            assert parameters is not None
            values, _ = predict_grid(plan, (row,), parameters[None])
            assert np.array_equal(found.values[place], values[0])
    # a loss before the branch has its own link: squared error of raw outputs would give other values
    book = Book(session.run_config)
    assert book.at(19).run(0).loss.card.name == "cross_entropy"
    assert book.at(20).run(0).loss.card.name == book.run(0).loss.card.name == "squared_error"
    assert book.at(19).samples(0, "train").corrupted.sum() == 0
    assert book.run(0).plan.data.train.corrupted.sum() > 0


def test_counts_agree_with_the_accuracy_that_was_recorded() -> None:
    before = parse_experiment(
        TOML.format(data="blobs", first="cross_entropy", second="squared_error"), "blobs.toml"
    )
    session = train(branch(before, 20, {"losses.0.name": "squared_error", "data.seed": 0}))
    for at in (0, 10, 20, 30, 40):
        found = DirectAnswers().ask(session, Question("confusion_at", (0, 1, 2, 3), (at,)))
        for run, counts in found.counts.items():
            accuracy = np.trace(counts) / counts.sum()
            recorded = session.curves.value_at("validation_accuracy", run, at)
            assert accuracy == pytest.approx(recorded), (at, run)
