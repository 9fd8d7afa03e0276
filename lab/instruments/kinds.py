"""The instruments there are: names and words only, so that menus need not load what they compute."""

from __future__ import annotations

from lab.messages import DataSummary

INSTRUMENT_KINDS: dict[str, str] = {
    "saturation": "Saturation",
    "factors": "Gradient factors",
    "influence": "Influence",
    "landscape": "Landscape",
    "calibration": "Calibration",
    "recall": "Recall per class",
    "roc": "ROC and PR curves",
    "residuals": "Residuals",
    "layer_map": "Gradient norm map",
    "geometry": "Gradient directions",
    "update_ratio": "Update-to-weight ratio",
    "noise_scale": "Gradient noise scale",
}
"""Kind → title, in the order of menus."""

INSTRUMENT_GROUPS: dict[str, tuple[str, ...]] = {
    "Why it learns slowly": ("saturation", "factors", "layer_map", "update_ratio", "noise_scale"),
    "What moves the weights": ("influence", "geometry", "landscape"),
    "How good predictions are": ("calibration", "recall", "roc", "residuals"),
}
"""What instruments answer → kinds, as menus group them; each kind stands in one group."""

INSTRUMENT_HELP: dict[str, str] = {
    "saturation": "Are units stuck where they have no slope?",
    "factors": "Which factor of the gradient makes it small or large?",
    "influence": "Which samples pull hardest at the weights?",
    "landscape": "What does the objective look like around the weights?",
    "calibration": "Is the model as often right as it is sure?",
    "recall": "Which classes are found, and which are missed?",
    "roc": "How well do scores rank one class before the others?",
    "residuals": "Are errors distributed as the loss assumes?",
    "layer_map": "In which layer and when do gradients vanish or explode?",
    "geometry": "Do losses pull the same weights in the same direction?",
    "update_ratio": "Are updates too small or too large for the weights?",
    "noise_scale": "Is the batch large enough for its gradient to be trusted?",
}
"""Kind → the question that it answers."""

PLACES: dict[str, tuple[str, str]] = {
    "field_at": ("lab.instruments.field_at", "FIELD_AT"),
    "advice": ("lab.advice.measuring", "ADVICE"),
    "confusion_at": ("lab.instruments.scores", "CONFUSION"),
    "saturation": ("lab.instruments.saturation_plot", "SATURATION"),
    "factors": ("lab.instruments.factors_plot", "FACTORS_PLOT"),
    "influence": ("lab.instruments.influence_plot", "INFLUENCE"),
    "landscape": ("lab.instruments.landscape", "LANDSCAPE"),
    "calibration": ("lab.instruments.calibration_plot", "CALIBRATION"),
    "recall": ("lab.instruments.recall_plot", "RECALL"),
    "roc": ("lab.instruments.roc_plot", "ROC"),
    "residuals": ("lab.instruments.residuals_plot", "RESIDUALS"),
    "layer_map": ("lab.instruments.layer_map_plot", "LAYER_MAP"),
    "geometry": ("lab.instruments.geometry_plot", "GEOMETRY"),
    "update_ratio": ("lab.instruments.update_ratio_plot", "UPDATE_RATIO"),
    "noise_scale": ("lab.instruments.noise_scale_plot", "NOISE_SCALE"),
}
"""Kind → (module, name of the instrument in it), which is loaded when it is first asked.

Kinds without a title are no plots of their own: advice and other plots ask them.
"""

FOLLOWING = frozenset({"factors", "field_at", "influence", "residuals"})
"""Kinds that follow or draw single samples: as these are now, also at steps before they were edited."""

LONG = frozenset({"landscape"})
"""Kinds that are answered in one piece which takes seconds on a large model: others go first."""

FOR_CLASSES = frozenset({"calibration", "recall", "roc"})
FOR_NUMBERS = frozenset({"residuals"})


def applicable_instruments(summary: DataSummary | None) -> tuple[str, ...]:
    """Return the kinds that make sense for the data."""
    if summary is None:
        return tuple(kind for kind in INSTRUMENT_KINDS if kind in PLACES)
    left_out = FOR_CLASSES if summary.task == "regression" else FOR_NUMBERS
    return tuple(kind for kind in INSTRUMENT_KINDS if kind in PLACES and kind not in left_out)
