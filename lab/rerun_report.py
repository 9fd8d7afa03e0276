"""What ``losslab rerun`` says: a table by loss and metric, what is not as it was, and the verdict."""

from __future__ import annotations

import math
import platform
import sys
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lab.agreement import Agreement, CurveAgreement
from lab.export import ResultSource
from lab.messages import DataSummary
from lab.number_text import thousands
from lab.versions import versions

AGREES, DISAGREES = 0, 1
_SHOWN_ENDS = 5
_NUMERIC = ("losslab", "numpy", "scipy", "scikit-learn", "numba", "cupy-cuda12x", "cupy-cuda13x")
"""Packages that what is computed depends on."""


def differences(recorded: ResultSource, again: ResultSource) -> tuple[str, ...]:
    """Return what is not as it was, and may change the bits: device, kernels, data, system, versions."""
    found = []
    before, now = recorded.device, again.device
    if before is not None and now is not None and before.label != now.label:
        found.append(f"it was computed on {before.label}, now on {now.label}")
    if (
        recorded.summary is not None
        and again.summary is not None
        and not _same(recorded.summary, again.summary)
    ):
        found.append("the data are not the same")
    system = _system_of(recorded)
    if system and system != platform.platform():
        found.append(f"it ran on {system}, now on {platform.platform()}")
    old, new = dict(getattr(recorded, "versions", {})), versions()
    for name in _NUMERIC:
        if old.get(name, "") != new.get(name, ""):
            found.append(f"{name} was {old.get(name) or 'not installed'}, now {new.get(name) or 'not'}")
    return tuple(found)


def _same(one: DataSummary, other: DataSummary) -> bool:
    """Whether two data sets are the same, as far as their summaries tell."""
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))


def _system_of(recorded: ResultSource) -> str:
    origin = getattr(recorded, "origin", None)
    return str(getattr(recorded, "system", "") if origin is None else origin.system)


def print_table(agreement: Agreement) -> None:
    """Print how every loss and metric compares."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("Loss", "Metric"):
        table.add_column(title, overflow="fold", no_wrap=title == "Metric")
    for title in ("Curves", "Values", "Difference"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("Agree", no_wrap=True)
    named = ""
    for row in condensed(agreement.rows):
        if row.identical:
            largest, verdict = "0", "bit for bit"
        elif row.parts_at is None:
            largest, verdict = f"{row.largest:.2g}", "within tolerance"
        else:
            largest = f"{row.largest:.2g}" if math.isfinite(row.largest) else "–"
            verdict = f"no, from step {thousands(row.parts_at)} on"
        loss, named = "" if row.loss == named else row.loss, row.loss
        cells = loss, row.metric, thousands(row.curves), thousands(row.values), largest, verdict
        table.add_row(*(Text(cell) for cell in cells))
    Console(highlight=False, markup=False).print(table)


def condensed(rows: Sequence[CurveAgreement]) -> tuple[CurveAgreement, ...]:
    """Return the rows with those of a loss that have the same bits as one, after the others."""
    found: list[CurveAgreement] = []
    for loss in dict.fromkeys(row.loss for row in rows):
        same = [row for row in rows if row.loss == loss and row.identical]
        others = [row for row in rows if row.loss == loss and not row.identical]
        if len(same) > 1:
            name = f"all {len(same)}" if not others else f"{len(same)} others"
            curves, values = sum(row.curves for row in same), sum(row.values for row in same)
            same = [replace(same[0], metric=name, curves=curves, values=values)]
        found += [*others, *same]
    return tuple(found)


def judge(agreement: Agreement, changed: tuple[str, ...], *, strict: bool) -> int:
    """Print the verdict and return the exit code.

    Parameters
    ----------
    agreement
        How the curves compare.
    changed
        What is not as it was, from `differences`.
    strict
        Whether the same bits are called for where nothing has changed.
    """
    for sentence in agreement.ends[:_SHOWN_ENDS]:
        print(f"Ended otherwise: {sentence}.")
    if len(agreement.ends) > _SHOWN_ENDS:
        print(f"… and {len(agreement.ends) - _SHOWN_ENDS} more runs.")
    if changed:
        print(f"Not as it was: {'; '.join(changed)}.")
    tolerance = f"{agreement.tolerance:g} of each curve's largest value"
    code = AGREES
    if agreement.identical:
        print("Every curve agrees, bit for bit.")
    elif not agreement.within_tolerance:
        code = DISAGREES
        print(f"Not every curve agrees: differences exceed {tolerance}.")
        if changed:
            print(
                "Rounding differs where device, kernels or versions do, and grows with every step; curves "
                "that part late may do so for that reason alone. --tolerance accepts more."
            )
    elif strict and not changed:
        code = DISAGREES
        print(
            f"Every curve agrees within {tolerance}, but not bit for bit, although device, kernels, "
            "system and versions are the same. Another type of processor can be the reason; "
            "--tolerance accepts it."
        )
    else:
        print(f"Every curve agrees within {tolerance}.")
    sys.stdout.flush()
    return code
