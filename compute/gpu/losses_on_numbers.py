"""The losses on raw outputs in CUDA C++; see `compute.gpu.losses`."""

from __future__ import annotations

from compute.gpu.loss_kernel import LossKernel

ON_NUMBERS: dict[str, LossKernel] = {
    "squared_error": LossKernel("residuals", (), "term = r * r; slope = r + r;"),
    "half_squared_error": LossKernel("residuals", (), "term = r * r * real(0.5); slope = r;"),
    "absolute_error": LossKernel("residuals", (), "term = fabs(r); slope = sign(r);"),
    "huber": LossKernel(
        "residuals", ("delta",), "slope = clipped(r, -delta, delta); term = (r - slope * real(0.5)) * slope;"
    ),
    "smooth_l1": LossKernel(
        "residuals",
        ("beta",),
        """const real near = clipped(r, -beta, beta);
        slope = near / beta;
        term = (r - near * real(0.5)) * slope;""",
    ),
    "log_cosh": LossKernel(
        "residuals",
        (),
        """slope = tanh(r);
        const real size = fabs(r), near = smallest(size, 20), half = sinh(near * real(0.5));
        term = log1p(2 * half * half) + (size - near);""",
    ),
    "pinball": LossKernel(
        "residuals",
        ("tau",),
        """const real side = sign(r);
        slope = (side * (real(0.5) - tau) + real(0.5)) * side;
        term = largest(r * (1 - tau), r * -tau);""",
    ),
    "epsilon_insensitive": LossKernel(
        "residuals",
        ("epsilon",),
        "const real e = r - clipped(r, -epsilon, epsilon); term = fabs(e); slope = sign(e);",
    ),
    "squared_epsilon_insensitive": LossKernel(
        "residuals",
        ("epsilon",),
        "const real e = r - clipped(r, -epsilon, epsilon); term = e * e; slope = e + e;",
    ),
    "cauchy": LossKernel(
        "residuals",
        ("c",),
        """const real square = (r / c) * (r / c);
        slope = r / (square + 1);
        term = log1p(square) * (real(0.5) * c * c);""",
    ),
    "student_t": LossKernel(
        "residuals",
        ("degrees_of_freedom", "sigma"),
        """const real share = r / sigma, square = share * share;
        slope = share / (square + degrees_of_freedom) * ((degrees_of_freedom + 1) / sigma);
        term = log1p(square / degrees_of_freedom) * (real(0.5) * (degrees_of_freedom + 1));""",
    ),
    "geman_mcclure": LossKernel(
        "residuals",
        ("c",),
        """const real square = (r / c) * (r / c), more = square + 1;
        slope = r / more / more;
        term = square / more * (real(0.5) * c * c);""",
    ),
    "welsch": LossKernel(
        "residuals",
        ("c",),
        """const real power = -((r / c) * (r / c));
        slope = exp(power) * r;
        term = expm1(power) * (real(-0.5) * c * c);""",
    ),
    "tukey_biweight": LossKernel(
        "residuals",
        ("c",),
        """const real share = smallest((r / c) * (r / c), 1);
        slope = (1 - share) * (1 - share) * r;
        term = ((share - 3) * share + 3) * share * (c * c / 6);""",
    ),
    "general_robust": LossKernel(
        "residuals",
        ("alpha", "c"),
        """const real b = largest(fabs(alpha - 2), LEAST_B);
        const real power = fabs(alpha) > real(1e-20) ? alpha : real(1e-20);
        const real share = r / c, logs = log1p(share * share / b);
        slope = exp(logs * (alpha / 2 - 1)) * share / c;
        term = expm1(logs * (power / 2)) * (b / power);""",
    ),
    "absolute_percentage_error": LossKernel(
        "pairs", (), "slope = sign(z - y) / y; term = fabs(z - y) / y;"
    ),
    "squared_log_error": LossKernel(
        "pairs", (), "const real e = z - log1p(y); term = e * e; slope = e + e;"
    ),
    "poisson": LossKernel(
        "pairs",
        (),
        """const real zero = 1 - sign(y), ratio = z - log(y + zero), near = smallest(ratio, FARTHEST);
        const real power = exp(near), growth = expm1(near);
        term = (growth - ratio) * y + (ratio - near) * power * (y + zero) + power * zero;
        slope = growth * y + power * zero;""",
    ),
    "gamma": LossKernel(
        "pairs",
        (),
        """const real ratio = log(y) - z, near = smallest(ratio, FARTHEST), growth = expm1(near);
        term = (growth - ratio) + (ratio - near) * exp(near);
        slope = -growth;""",
    ),
    "tweedie": LossKernel(
        "pairs",
        ("power",),
        """const real high = 2 - power, low = high - 1, zero = 1 - sign(y), weight = pow(y, high);
        const real ratio = z - log(y + zero), near = clipped(ratio, -FARTHEST, FARTHEST);
        slope = expm1(near) * exp(near * low);
        term = (expm1(near * high) / high - expm1(near * low) / low + (ratio - near) * slope) * weight;
        const real bound = smallest(z, FARTHEST), nothing = exp(bound * high) * zero;
        slope = slope * weight + nothing;
        term += nothing * (z - bound + 1 / high);""",
    ),
    "gaussian_nll": LossKernel(
        "scales",
        (),
        """real steep;
        const real precision = exponential(-2 * log_scale, steep);
        slope = r * precision;
        scale_slope = 1 - steep * (r * r);
        term = precision * (r * r) * real(0.5) + log_scale + real(0.91893853320467274178);""",
    ),
    "laplace_nll": LossKernel(
        "scales",
        (),
        """real steep;
        const real precision = exponential(-log_scale, steep);
        slope = sign(r) * precision;
        scale_slope = 1 - steep * fabs(r);
        term = precision * fabs(r) + log_scale + real(0.69314718055994530942);""",
    ),
    "rescaled_squared_error": LossKernel(
        "pairs",
        ("k", "M"),
        """const real r = z - y * M, weighted = r * (y * (k - 1) + 1);
        term = r * weighted;
        slope = weighted + weighted;""",
    ),
}  # fmt: skip
