"""What the kernels know of each loss: one line or a few of CUDA C++ beside its registry name.

A loss of a form writes ``term`` and ``slope`` from what the form gives it; ``source/forms.cuh`` does the
rest. One without a form returns the loss of a whole row and writes its gradient. Hyper-parameters are
numbers of their own name. The formulas are those of `compute.losses`, which says where they come from and
why they are stable; a test holds every one against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FORMS = {
    "": "",
    "residuals": "real r, real& term, real& slope",
    "pairs": "real z, real y, real& term, real& slope",
    "margins": "real m, real& term, real& slope",
    "sigmoids": "real z, real y, Sigmoid s, real& term, real& slope",
    "labels": "real log_p, real p, real complement, real& term, real& slope",
    "scales": "real r, real log_scale, real& term, real& slope, real& scale_slope",
}
"""What the function of a form is given and writes; a loss without a form sees the whole row."""


@dataclass(frozen=True)
class LossKernel:
    """A loss in CUDA C++.

    Attributes
    ----------
    form
        Key of `FORMS`.
    parameters
        Names of its hyper-parameters, in the order in which the kernel is given them.
    body
        Statements.
    """

    form: str
    parameters: tuple[str, ...]
    body: str

    def source(self, name: str) -> str:
        """Return the device function of this loss."""
        numbers = "".join(f"    const real {p} = given[{i}];\n" for i, p in enumerate(self.parameters))
        body = "\n".join(f"    {line.strip()}" for line in self.body.strip().splitlines())
        if self.form:
            body = f"    return of_{self.form}(row, [=]({FORMS[self.form]}) {{\n{body}\n    }});"
        return (
            f"__device__ inline real loss_{name}(const Row& row, const real* given) {{\n{numbers}{body}\n}}\n"
        )


LOSS_KERNELS: dict[str, LossKernel] = {
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
    "squared_error_sigmoid": LossKernel(
        "sigmoids", (), "const real e = s.residual(y); term = e * e; slope = (e + e) * s.p * s.q;"
    ),
    "absolute_error_sigmoid": LossKernel(
        "sigmoids", (), "const real e = s.residual(y); term = fabs(e); slope = sign(e) * s.p * s.q;"
    ),
    "binary_cross_entropy": LossKernel(
        "sigmoids", (), "slope = s.residual(y); term = (largest(z, 0) - y * z) + log1p(s.tail);"
    ),
    "focal_sigmoid": LossKernel(
        "sigmoids",
        ("gamma", "alpha"),
        """const real tail = log1p(s.tail);
        const real on = tail - smallest(z, 0), on_weight = y * alpha * pow(s.q, gamma);
        const real off = tail + largest(z, 0), off_weight = (1 - y) * (1 - alpha) * pow(s.p, gamma);
        term = on_weight * on + off_weight * off;
        slope = (on_weight * -(on * s.p * gamma + s.q)) + (off * s.q * gamma + s.p) * off_weight;""",
    ),
    "hinge": LossKernel("margins", (), "term = largest(1 - m, 0); slope = -sign(term);"),
    "squared_hinge": LossKernel(
        "margins", (), "const real lack = largest(1 - m, 0); term = lack * lack; slope = -2 * lack;"
    ),
    "modified_huber": LossKernel(
        "margins",
        (),
        """const real lack = 1 - m, near = clipped(lack, 0, 2);
        term = (lack + lack - near) * near;
        slope = -2 * near;""",
    ),
    "perceptron": LossKernel(
        "margins", (), "term = largest(-m, 0); slope = m <= 0 ? real(-1) : m > 0 ? real(0) : m;"
    ),
    "logistic": LossKernel(
        "margins",
        (),
        """const real tail = exp(-fabs(m));
        term = largest(-m, 0) + log1p(tail);
        slope = -(exp(smallest(-m, 0)) / (tail + 1));""",
    ),
    "exponential": LossKernel("margins", (), "term = exponential(-m, slope); slope = -slope;"),
    "focal": LossKernel(
        "labels",
        ("gamma",),
        """const real power = pow(complement, gamma);
        slope = (1 - p * gamma * log_p / largest(complement, TINY)) * power;
        term = -(power * log_p);""",
    ),
    "poly_1": LossKernel(
        "labels",
        ("epsilon",),
        "term = complement * epsilon - log_p; slope = 1 + epsilon - complement * epsilon;",
    ),
    "generalized_cross_entropy": LossKernel(
        "labels", ("q",), "slope = exp(log_p * q); term = expm1(log_p * q) / -q;"
    ),
    "cross_entropy": LossKernel(
        "",
        ("label_smoothing",),
        """const Softmax form(row);
        const auto target = [&](int k) {
        return (row.y(k) * (1 - label_smoothing) + label_smoothing / OUTPUTS) * row.weight(k);
        };
        real along = 0, mass = 0;
        EACH_OUTPUT(k) { along += target(k) * form.shifted(row, k); mass += target(k); }
        along = row_sum(along);
        mass = row.weights ? row_sum(mass) : real(1);
        EACH_OUTPUT(k) row.gradient[k] = form.weighted_residual(row, k, target(k), mass);
        return form.log_total * mass - along;""",
    ),
    "brier": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto residual = [&](int k) { return form.residual(row, k, row.y(k)); };
        real value = 0;
        EACH_OUTPUT(k) value += residual(k) * residual(k);
        pull_back(row, form, [&](int k) { return residual(k) + residual(k); });
        return row_sum(value);""",
    ),
    "absolute_error_softmax": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto residual = [&](int k) { return form.residual(row, k, row.y(k)); };
        real value = 0;
        EACH_OUTPUT(k) value += fabs(residual(k));
        pull_back(row, form, [&](int k) { return sign(residual(k)); });
        return row_sum(value);""",
    ),
    "kullback_leibler": LossKernel(
        "",
        (),
        """const Softmax form(row);
        real value = 0;
        EACH_OUTPUT(k) value += (log(largest(row.y(k), TINY)) - form.log_p(row, k)) * row.y(k);
        EACH_OUTPUT(k) row.gradient[k] = form.residual(row, k, row.y(k));
        return largest(row_sum(value), 0);""",
    ),
    "reverse_kullback_leibler": LossKernel(
        "",
        ("label_smoothing",),
        """const Softmax form(row);
        const auto ratio = [&](int k) {
        return form.log_p(row, k) - log(row.y(k) * (1 - label_smoothing) + label_smoothing / OUTPUTS);
        };
        real value = 0;
        EACH_OUTPUT(k) value += form.p(row, k) * ratio(k);
        pull_back(row, form, ratio);
        return largest(row_sum(value), 0);""",
    ),
    "jensen_shannon": LossKernel(
        "",
        (),
        """const Softmax form(row);
        const auto half = [&](int k) { return form.residual(row, k, row.y(k)) * real(0.5); };
        const auto ratio = [&](int k) { return log1p(-(half(k) / largest(form.p(row, k), TINY))); };
        real value = 0;
        EACH_OUTPUT(k) value += log1p(half(k) / largest(row.y(k), TINY)) * row.y(k);
        EACH_OUTPUT(k) value += ratio(k) * form.p(row, k);
        pull_back(row, form, [&](int k) { return ratio(k) * real(-0.5); });
        return largest(row_sum(value) * real(-0.5), 0);""",
    ),
    "symmetric_cross_entropy": LossKernel(
        "",
        ("alpha", "beta", "log_zero"),
        """const Softmax form(row);
        const real least = exp(log_zero);
        const auto cost = [&](int k) { return log(largest(row.y(k), least)) * -beta; };
        real value = 0;
        EACH_OUTPUT(k) value += form.log_p(row, k) * row.y(k) * -alpha + form.p(row, k) * cost(k);
        pull_back(row, form, cost, [&](int k) { return form.residual(row, k, row.y(k)) * alpha; });
        return row_sum(value);""",
    ),
    "sparsemax": LossKernel(
        "",
        (),
        """const real top = row_top(row);
        real threshold = -1;
        EACH_OUTPUT(k) {
        real sum = 0, count = 0;
        for (int j = 0; j < OUTPUTS; ++j) if (!(row.z[j] < row.z[k])) { sum += row.z[j] - top; count += 1; }
        threshold = largest(threshold, (sum - 1) / count);
        }
        threshold = row_largest(threshold);
        real value = 0;
        EACH_OUTPUT(k) {
        const real lead = row.z[k] - top - threshold, p = largest(lead, 0), y = row.y(k);
        row.gradient[k] = p - y;
        value += (lead - (p + y) * real(0.5)) * (p - y);
        }
        return row_sum(value);""",
    ),
    "multiclass_hinge": LossKernel(
        "",
        (),
        """const real top = row_top(row);
        real wrong = row.z[0] - top - row.y(0), label = 0, ties = 0;
        EACH_OUTPUT(k) {
        wrong = largest(wrong, row.z[k] - top - row.y(k));
        label += (row.z[k] - top) * row.y(k);
        }
        wrong = row_largest(wrong);
        EACH_OUTPUT(k) ties += row.z[k] - top - row.y(k) == wrong;
        ties = row_sum(ties);
        EACH_OUTPUT(k) row.gradient[k] = real(row.z[k] - top - row.y(k) == wrong) / ties - row.y(k);
        return wrong + 1 - row_sum(label);""",
    ),
    "dice": LossKernel(
        "", ("smooth",), "return of_overlap(row, real(0.5), real(0.5), smooth * real(0.5));"
    ),
    "tversky": LossKernel("", ("alpha", "beta", "smooth"), "return of_overlap(row, alpha, beta, smooth);"),
}  # fmt: skip

LARGEST_HYPER = max(len(kernel.parameters) for kernel in LOSS_KERNELS.values())
"""Hyper-parameters that a row of the kernels' table has room for."""


def loss_source(names: Sequence[str]) -> str:
    """Return the device functions of some losses and ``loss_of_row``, which picks one by its place.

    Parameters
    ----------
    names
        Registry names, each with a kernel.

    Raises
    ------
    KeyError
        If a loss has no kernel.
    """
    functions = "\n".join(LOSS_KERNELS[name].source(name) for name in names)
    cases = "".join(
        f"        case {place}: return loss_{name}(row, given);\n" for place, name in enumerate(names)
    )
    return (
        f"{functions}\n__device__ inline real loss_of_row(int loss, const Row& row, const real* given) {{\n"
        f"    switch (loss) {{\n{cases}    }}\n    return 0;\n}}\n"
    )
