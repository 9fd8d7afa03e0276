"""Advice as a table: a row a finding, with its numbers in words."""

from __future__ import annotations

from lab.advice.view import all_findings
from lab.exporting.tables import Column, Table
from lab.loss_labels import loss_labels
from lab.terminal import remedy_settings
from lab.view_options import PanelSource

COLUMNS = ("Finding", "Severity", "Title", "Evidence", "Likely cause", "Losses", "Runs", "To try", "Settings")


def findings_table(source: PanelSource) -> Table:
    """Return what stands out in an experiment, worst first.

    Parameters
    ----------
    source
        The experiment, finished or not. What must be measured is measured at once, which may load its data.
    """
    names = loss_labels(source.run_config)
    rows = tuple(
        (
            finding.key,
            finding.severity,
            finding.title,
            finding.evidence,
            finding.cause,
            "; ".join(names[loss] for loss in finding.losses),
            " ".join(str(run) for run in finding.runs),
            "; ".join(remedy.label for remedy in finding.remedies),
            "; ".join(remedy_settings(remedy.changes) for remedy in finding.remedies),
        )
        for finding in all_findings(source)
    )
    return Table(source.run_config.name, tuple(Column(title) for title in COLUMNS), rows)
