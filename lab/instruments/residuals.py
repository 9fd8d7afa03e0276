"""Residuals of a regression, in units in which they should be alike, and how well a noise fits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats, FrozenRun
from lab.instruments.noise_fit import (
    NAMES,
    Noise,
    fit_gaussian,
    fit_laplace,
    fit_loss_noise,
    why_no_likelihood,
)

MOST_POINTS = 400
"""Points of a Q–Q plot that are drawn: the outermost, and an even choice of the others."""
OUTERMOST = 60
TAIL = 0.0027
"""Share of a noise beyond the quantiles that outliers are counted from: three deviations of a Gaussian."""
FEWEST = 5


@dataclass(frozen=True)
class Residuals:
    """Residuals of one output.

    Attributes
    ----------
    values
        (N,) as the loss sees them: target − output, or what its noise is made of.
    scale
        Factor to the units that they are shown in.
    unit
        What is shown, as an axis says it.
    """

    values: Floats
    scale: float
    unit: str


def residuals_of(run: FrozenRun, outputs: Floats, targets: NDArray[Any], output: int, name: str) -> Residuals:
    """Return the residuals of one output.

    Parameters
    ----------
    run
        A run on numbers.
    outputs
        (N, K) raw outputs, (N, 2K) where a scale is learned.
    targets
        (N, K) as trained on.
    output
        Which of the K.
    name
        Of the target, for the unit.
    """
    key, y = run.loss.card.name, targets[:, output].astype(np.float64)
    predicted = run.loss.predictions(outputs[None])[0][:, output]
    scales = run.plan.data.target_scale
    scale = float(scales[int(run.plan.variants[0]) if len(scales) > 1 else 0, output])
    match key:
        case "gaussian_nll" | "laplace_nll":
            spread = np.exp(outputs[:, targets.shape[1] + output])
            what = "deviation" if key == "gaussian_nll" else "scale"
            return Residuals((y - predicted) / spread, 1.0, f"(target − prediction) / predicted {what}")
        case "squared_log_error":
            return Residuals(np.log1p(y) - outputs[:, output], 1.0, "ln(1 + target) − ln(1 + prediction)")
        case "absolute_percentage_error":
            return Residuals((y - predicted) / y, 1.0, "(target − prediction) / target")
        case "poisson" | "gamma" | "tweedie":
            power = {"poisson": 1.0, "gamma": 2.0}.get(key) or float(run.loss.power)  # type: ignore[attr-defined]
            deviation = np.maximum(predicted, np.finfo(np.float64).tiny) ** (power / 2)
            return Residuals((y - predicted) / deviation, 1.0, "(target − prediction) / √V(prediction)")
    return Residuals(y - predicted, scale, f"residual ({name})")


def noise_of(run: FrozenRun, residuals: Residuals) -> tuple[Noise, str]:
    """Fit the noise that the run's loss is the likelihood of.

    Returns
    -------
    Noise
        In the units shown.
    str
        Why it is only a guide, or an empty text.

    Raises
    ------
    ValueError
        Where all residuals are 0.
    """
    key, values, scale = run.loss.card.name, residuals.values, residuals.scale
    if key in ("gaussian_nll", "squared_log_error"):
        return fit_gaussian(values, scale), ""
    if key in ("laplace_nll", "absolute_percentage_error"):
        return fit_laplace(values, scale), ""
    if key in ("poisson", "gamma", "tweedie"):
        return fit_gaussian(values, scale), "the width of its noise follows the prediction"
    why = why_no_likelihood(run.loss)
    if why or key not in NAMES:
        return fit_gaussian(values, scale), why
    try:
        return fit_loss_noise(run.loss, values, scale), ""
    except ValueError:
        return fit_gaussian(values, scale), "every residual lies where it costs nothing"


@dataclass(frozen=True)
class Goodness:
    """How residuals lie to a noise.

    Attributes
    ----------
    theoretical, ordered
        (n,) quantiles of the noise at (i − ½)/N and the residuals in order, n ≤ 400.
    low, high
        (n,) pointwise 95 % band of the ordered residuals, were the noise right.
    outside
        Share of all N residuals outside of the band.
    outliers
        Share beyond the noise's quantiles that 0.27 % lie beyond.
    skew
        Third standardised moment.
    mean
        Mean residual.
    """

    theoretical: Floats
    ordered: Floats
    low: Floats
    high: Floats
    outside: float
    outliers: float
    skew: float
    mean: float


def goodness(values: Floats, noise: Noise) -> Goodness:
    """Hold residuals (N,), in the units shown, against a noise.

    Notes
    -----
    The i-th smallest of N draws has share U below it with U ~ Beta(i, N + 1 − i): the band is between the
    noise's quantiles at the 2.5 % and 97.5 % points of U.
    """
    from scipy.stats import beta

    ordered, count = np.sort(values), len(values)
    rank = np.arange(1, count + 1)
    theoretical = noise.quantile((rank - 0.5) / count)
    low, high = (noise.quantile(beta.ppf(share, rank, count + 1 - rank)) for share in (0.025, 0.975))
    outside = float(((ordered < low) | (ordered > high)).mean())
    far = noise.quantile(np.array([TAIL / 2, 1 - TAIL / 2]))
    centred = values - values.mean()
    deviation = float(np.sqrt((centred**2).mean()))
    skew = float((centred**3).mean()) / deviation**3 if deviation > 0 else 0.0
    shown = _places(count)
    return Goodness(
        theoretical[shown], ordered[shown], low[shown], high[shown], outside,
        float(((values < far[0]) | (values > far[1])).mean()), skew, float(values.mean()),
    )  # fmt: skip


def _places(count: int) -> NDArray[np.intp]:
    if count <= MOST_POINTS:
        return np.arange(count)
    inner = np.linspace(OUTERMOST, count - 1 - OUTERMOST, MOST_POINTS - 2 * OUTERMOST)
    ends = np.arange(OUTERMOST)
    return np.concatenate([ends, inner.round().astype(np.intp), count - OUTERMOST + ends])


@dataclass(frozen=True)
class Histogram:
    """Densities (B,) over edges (B + 1,) of the middle of the residuals; ``beyond`` lie farther out."""

    edges: Floats
    density: Floats
    beyond: int


def histogram(values: Floats) -> Histogram:
    """Bin residuals (N,) from their 0.5 % to their 99.5 % quantile and a tenth beyond."""
    low, high = np.quantile(values, (0.005, 0.995))
    reach = 0.1 * (high - low) or max(abs(float(high)), 1e-12)
    low, high = max(low - reach, values.min()), min(high + reach, values.max())
    if not low < high:
        low, high = low - reach, high + reach
    inside = values[(values >= low) & (values <= high)]
    bins = int(np.clip(np.ceil(2 * len(inside) ** (1 / 3)), 8, 40))
    counts, edges = np.histogram(inside, bins, (float(low), float(high)))
    return Histogram(edges, counts / (len(values) * np.diff(edges)), len(values) - len(inside))
