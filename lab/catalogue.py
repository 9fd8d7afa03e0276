"""Name, label, formula, bounds and help of everything selectable: what forms, command line and docs show."""

from __future__ import annotations

from lab.field_spec import Entry, FieldKind, FieldSpec, LossSpec, Metric, SectionSpec
from lab.form_sections import form
from lab.metric_catalogue import METRICS, metric_of, stop_metrics

__all__ = [
    "METRICS",
    "Entry",
    "FieldKind",
    "FieldSpec",
    "LossSpec",
    "Metric",
    "SectionSpec",
    "form",
    "metric_of",
    "stop_metrics",
]
