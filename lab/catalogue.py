"""Name, label, formula, bounds and help of everything selectable: what forms, command line and docs show."""

from __future__ import annotations

from lab.entries import FAMILIES, entries
from lab.field_spec import Entry, FieldKind, FieldSpec, LossSpec, Metric, SectionSpec
from lab.form_sections import form
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.metric_catalogue import METRICS, metric_of, stop_metrics, undefined
from lab.sweep import losses_for

__all__ = [
    "FAMILIES",
    "METRICS",
    "Entry",
    "FieldKind",
    "FieldSpec",
    "LossSpec",
    "Metric",
    "SectionSpec",
    "entries",
    "form",
    "loss_labels",
    "losses_for",
    "metric_of",
    "series_numbers",
    "short_loss_labels",
    "stop_metrics",
    "undefined",
]
