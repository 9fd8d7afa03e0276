"""Scenes of the window with instruments in use, and with points edited by hand."""

from __future__ import annotations

from collections.abc import Callable

from docs.stage import Stage
from lab.chart import ChartPanel
from lab.experiment_file import parse_experiment
from lab.instruments.looking import COMPUTED
from widgets.plots.chart_card import ChartCard
from widgets.plots.field_card import FieldCard

OUTLIER = 17
"""The row of the point that is far off."""

LINE = """
name = "One outlier"
[data]
name = "points"
inputs = {inputs}
targets = {targets}
task = "regression"
[data.split]
train = 1.0
validation = 0.0
test = 0.0
[model]
name = "linear"
[[losses]]
name = "squared_error"
[[losses]]
name = "absolute_error"
[[losses]]
name = "huber"
delta = 0.5
[optimizer]
name = "adam"
learning_rate = 0.03
[training]
steps = 600
full_batch = true
evaluate_every = 20
[seeds]
count = 1
"""


def show_kinds(stage: Stage, *kinds: str) -> None:
    """Show these plots and wait for what they are computed from."""
    window = stage.window
    window.grid.set_kinds(kinds)
    window.plots.show_plots()

    def there() -> bool:
        cards = [window.grid.card(number) for number in window.grid.numbers()]
        panels = [card.panel for card in cards if isinstance(card, ChartCard)]
        return not window.plots.study.busy and all(
            isinstance(panel, ChartPanel) and panel.placeholder != COMPUTED and "so far" not in panel.foot
            for panel in panels
        )

    stage.wait(there, "the instruments")


def instruments(stage: Stage) -> None:
    """Train digits, and ask why the losses differ."""
    stage.edit(**{"losses.+": {"name": "absolute_error_softmax"}, "question": ""})
    stage.ready("digits")
    stage.run()
    show_kinds(stage, "metric", "factors", "influence", "landscape")


def edit_points(stage: Stage) -> None:
    """Edit the points that three losses fit a line to, one of them far off."""
    inputs = [[round(-2 + 4 * place / 19, 2)] for place in range(20)]
    wobble = [0.1, -0.2, 0.3, 0.0, -0.3]
    targets = [round(1.5 * x + 0.5 + wobble[place % 5], 2) for place, (x,) in enumerate(inputs)]
    targets[OUTLIER] = -7.0
    stage.session.new(parse_experiment(LINE.format(inputs=inputs, targets=targets), "outlier.toml"))
    stage.wait(lambda: stage.session.state == "ready", "the points")
    stage.run()
    stage.window.plots.pick_sample(OUTLIER)
    show_kinds(stage, "field", "influence", "objective", "residuals")
    card = stage.window.grid.card(stage.window.grid.numbers()[0])
    assert isinstance(card, FieldCard)
    card.set_editing(True)
    stage.wait(lambda: True, "")


INSTRUMENT_SCENES: tuple[tuple[str, Callable[[Stage], None], tuple[tuple[int, int], ...]], ...] = (
    ("instruments", instruments, ((1440, 900),)),
    ("edit_points", edit_points, ((1280, 800),)),
)
"""Name, scene, sizes; in light only."""
