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

FOR_CLASSES = frozenset({"calibration", "recall", "roc"})
FOR_NUMBERS = frozenset({"residuals"})


def applicable_instruments(summary: DataSummary | None) -> tuple[str, ...]:
    """Return the kinds that make sense for the data."""
    if summary is None:
        return tuple(kind for kind in INSTRUMENT_KINDS if kind in PLACES)
    left_out = FOR_CLASSES if summary.task == "regression" else FOR_NUMBERS
    return tuple(kind for kind in INSTRUMENT_KINDS if kind in PLACES and kind not in left_out)
