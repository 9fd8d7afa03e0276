"""The numbers of the simplex and of the information view as CSV text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from lab.explore import information, simplex
from lab.explore.information import InformationState
from lab.explore.simplex import SimplexState


def simplex_csv(state: SimplexState) -> str:
    """Return the point, the path from it and the grid, a row each, with p of the classes and every loss.

    The path is that of the first loss, then of the second; each has its own rows.

    Examples
    --------
    >>> lines = simplex_csv(SimplexState(steps=0, resolution=4)).splitlines()
    >>> lines[0].split(",")[:5], lines[1].split(",")[:5], len(lines)
    (['what', 'index', 'p1', 'p2', 'p3'], ['point', '0', '0.2', '0.5', '0.3'], 19)
    """
    shown = simplex.view(state)
    rows: list[Sequence[object]] = [("point", 0, *state.point, *(plot.value for plot in shown.plots))]
    for number, plot in enumerate(shown.plots):
        values = simplex.value_at(state.losses[number], plot.path, state.label).tolist()
        for step, (p, value) in enumerate(zip(plot.path.tolist(), values, strict=True)):
            cells = [""] * len(shown.plots)
            cells[number] = value
            rows.append((f"path of {plot.name}", step, *p, *cells))
    columns = [plot.values.tolist() for plot in shown.plots]
    for place, p in enumerate(shown.plots[0].points.tolist()):
        rows.append(("grid", place, *p, *(column[place] for column in columns)))
    return _text(("what", "index", "p1", "p2", "p3", *(plot.name for plot in shown.plots)), rows)


def information_csv(state: InformationState) -> str:
    """Return P, Q and their −log class by class, then all sums, with the unit.

    Examples
    --------
    >>> information_csv(InformationState()).splitlines()[-1].split(",")[0]
    'largest entropy'
    """
    shown = information.view(state)
    classes: dict[str, Iterable[float]] = {
        "P before smoothing": state.p,
        "P": shown.p.tolist(),
        "Q": shown.q.tolist(),
        "-log P": shown.surprise_p.tolist(),
        "-log Q": shown.surprise_q.tolist(),
        "-P log Q": shown.terms.tolist(),
    }
    sums = {
        "H(P)": shown.entropy_p,
        "H(Q)": shown.entropy_q,
        "H(P, Q)": shown.cross_entropy,
        "H(Q, P)": shown.cross_entropy_reverse,
        "KL(P, Q)": shown.divergence,
        "KL(Q, P)": shown.divergence_reverse,
        "largest entropy": shown.largest_entropy,
    }
    header = ("quantity", "unit", "value", *(f"class {k}" for k in range(1, len(state.p) + 1)))
    rows: list[Sequence[object]] = [
        (name, "probability" if "log" not in name else shown.unit, "", *values)
        for name, values in classes.items()
    ]
    rows += [(name, shown.unit, value, *[""] * len(state.p)) for name, value in sums.items()]
    return _text(header, rows)


def _text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
