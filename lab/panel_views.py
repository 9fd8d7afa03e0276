"""Make the plots of an experiment: a `lab.panels.Panel` of each kind from a `PanelSource`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lab.at_step import line_value
from lab.catalogue import METRICS
from lab.instruments.kinds import INSTRUMENT_KINDS, PLACES, applicable_instruments
from lab.messages import DataSummary
from lab.metric_catalogue import bounds_of
from lab.number_text import MISSING, value_text
from lab.panel_curves import Spec, curve_panel
from lab.panel_pictures import confusion_panel, field_panel, gradient_panel
from lab.panels import CurvePanel, LegendEntry, Panel
from lab.view_options import PanelSource, ViewOptions

if TYPE_CHECKING:
    from lab.instruments.instrument import Answers

CURVE_KINDS: dict[str, str] = {
    "metric": "Validation metric",
    "objective": "Objective",
    "gradient": "Gradient norm per layer",
    "confusion": "Confusion",
    "field": "Data and decision surface",
    "train_metric": "Training metric",
    "error": "Error rate",
    "gradient_total": "Gradient norm",
    "parameter_norm": "Parameter norm",
    "learning_rate": "Learning rate",
}
"""Plots of what is recorded: kind → title."""

ADVICE_KINDS: dict[str, str] = {"advice": "Advice"}
"""What stands out, in words."""

PANEL_KINDS: dict[str, str] = (
    CURVE_KINDS | ADVICE_KINDS | {kind: INSTRUMENT_KINDS[kind] for kind in INSTRUMENT_KINDS if kind in PLACES}
)
"""All plots: of what is recorded, advice, and of what is computed from parameters."""


def default_kinds(summary: DataSummary | None) -> tuple[str, ...]:
    """Say which four plots an experiment starts with: the data itself where it can be drawn."""
    if summary is not None and summary.features <= 2:
        return ("metric", "objective", "gradient", "field")
    if summary is not None and summary.task == "regression":
        return ("metric", "objective", "gradient", "parameter_norm")
    return ("metric", "objective", "gradient", "confusion")


def applicable_kinds(summary: DataSummary | None) -> tuple[str, ...]:
    """Say which kinds make sense for the data: no confusion for numbers, no surface above two features."""
    left_out = set()
    if summary is not None:
        if summary.task == "regression":
            left_out |= {"confusion", "error"}
        if summary.features > 2:
            left_out.add("field")
    curves = tuple(kind for kind in CURVE_KINDS if kind not in left_out)
    return (*curves, *ADVICE_KINDS, *applicable_instruments(summary))


_REGRESSION_METRICS = ("mse", "mae", "r2", "nll")
_CLASS_METRICS = ("accuracy", "nll", "brier", "ece", "mae")
METRIC_NAMES = tuple(dict.fromkeys((*_CLASS_METRICS, *_REGRESSION_METRICS)))
"""Metrics that a plot can show, of all tasks."""


def shared_metrics(summary: DataSummary | None) -> tuple[str, ...]:
    """Return the metrics that every run is measured by, without their split; the first is the usual one."""
    if summary is not None and summary.task == "regression":
        return _REGRESSION_METRICS
    return _CLASS_METRICS


def metric_key(source: PanelSource, options: ViewOptions, split: str = "validation") -> str:
    """Return the key that the metric plot shows: of the training part where there is no validation part."""
    summary = source.summary
    names = shared_metrics(summary)
    name = options.metric if options.metric in names else names[0]
    if split == "validation" and summary is not None and summary.validation == 0:
        split = "train"
    return f"{split}_{name}"


def _metric_spec(source: PanelSource, options: ViewOptions, kind: str) -> Spec:
    split = "train" if kind == "train_metric" else "validation"
    key = metric_key(source, options, split)
    metric = METRICS[key]
    training = source.run_config.training
    name = key.partition("_")[2]
    target = None
    if training.show_target is not None and name == shared_metrics(source.summary)[0]:
        target = training.show_target
    elif training.target is not None and training.target.metric == key:
        target = training.target.value
    return Spec(
        kind,
        key,
        metric.label,
        log_y=metric.log_suggested,
        placeholder=_band_words(options),
        target=target if kind == "metric" else None,
        rising=metric.higher_is_better,
        bounds=bounds_of(key),
    )


def _band_words(options: ViewOptions) -> str:
    bands = {
        "none": "one line per loss",
        "minmax": "one line per loss, with its range over seeds",
        "std": "one line per loss, with its deviation over seeds",
        "ci95": "one line per loss, with its 95\u202f% band",
    }
    return bands[options.band]


def _objective_spec(options: ViewOptions) -> Spec:
    words = "what each run minimises"
    if options.comparison == "nll":
        return Spec("objective", "train_nll", "Training NLL", log_y=True, placeholder=words)
    if options.comparison == "relative":
        return Spec(
            "objective", "objective", "Objective", "L(t)\u2009⁄\u2009L(0)", "relative",
            log_y=True, percent=True, placeholder=words, comparable=False,
        )  # fmt: skip
    return Spec("objective", "objective", "Objective", log_y=True, placeholder=words, comparable=False)


def _error_spec(source: PanelSource, options: ViewOptions) -> Spec:
    key = metric_key(source, replace(options, metric="accuracy"))
    part = "validation" if key.startswith("validation") else "training"
    title = f"{part.capitalize()} error"
    words = "share of wrong classes"
    return Spec(
        "error",
        key,
        title,
        "1 − accuracy",
        "complement",
        log_y=True,
        percent=True,
        placeholder=words,
        bounds=(0.0, 1.0),
    )


def make_panel(source: PanelSource, kind: str, options: ViewOptions, answers: Answers | None = None) -> Panel:
    """Make one plot as data.

    Parameters
    ----------
    source
        The experiment, live or finished.
    kind
        A key of `PANEL_KINDS`.
    options
        How to look at it.
    answers
        Where instruments' answers come from; by default they are computed at once.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    if kind in ADVICE_KINDS:
        from lab.advice.view import advice_panel  # loaded when advice is wanted

        return advice_panel(source, options, answers)
    if kind in PLACES:
        from lab.instruments.looking import instrument_panel  # loaded when an instrument is wanted

        return instrument_panel(source, kind, options, answers)
    if kind == "gradient":
        return gradient_panel(source, options)
    if kind == "confusion":
        return confusion_panel(source, options, answers)
    if kind == "field":
        return field_panel(source, options, answers)
    if kind in ("metric", "train_metric"):
        return curve_panel(source, _metric_spec(source, options, kind), options)
    if kind == "objective":
        return curve_panel(source, _objective_spec(options), options)
    if kind == "error":
        return curve_panel(source, _error_spec(source, options), options)
    plain = {
        "gradient_total": Spec(
            kind,
            "gradient_norm",
            "Gradient norm",
            log_y=True,
            placeholder="how hard the parameters are pulled",
        ),
        "parameter_norm": Spec(
            kind, "parameter_norm", "Parameter norm", placeholder="how far the parameters have come"
        ),
        "learning_rate": Spec(
            kind, "learning_rate", "Learning rate", placeholder="the rate of every update", smooth=False
        ),
    }
    return curve_panel(source, plain[kind], options)


def readout(panel: CurvePanel, x: float) -> tuple[LegendEntry, ...]:
    """Read every curve at ``x`` (data units of the x axis): the legend with its values there.

    Between two points of a curve the value is that of the line drawn. A curve that does not reach ``x`` reads
    "–". Facets with one line a layer read "1 0.31 · out 0.05".
    """
    entries = []
    for entry in panel.legend:
        if not entry.visible:
            entries.append(replace(entry, value=""))
            continue
        words = []
        for facet in panel.facets:
            for line in facet.lines:
                if line.path or line.key != entry.key or line.role not in ("mean", "layer"):
                    continue
                value = line_value(line.x, line.y, x, log_x=panel.log_x, log_y=panel.log_y)
                text = value_text(value, percent=panel.percent)
                words.append(f"{line.tag} {text}" if line.role == "layer" and line.tag else text)
        entries.append(replace(entry, value=" · ".join(words) or MISSING))
    return tuple(entries)
