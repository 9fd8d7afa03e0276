// The forms that losses share; the same as in compute/losses, and as accurate where outputs are saturated.
// Each returns the loss of a row and writes the gradient. `Term` is called with what a loss of the form
// depends on and writes the loss of one output and its derivative.

template <class Term>
__device__ real of_pairs(const Row& row, Term term_of) {
    real total = 0;
    EACH_OUTPUT(k) {
        real term, slope;
        term_of(row.z[k], row.y(k), term, slope);
        row.gradient[k] = slope;
        total += term;
    }
    return row_sum(total);
}

template <class Term>
__device__ real of_residuals(const Row& row, Term term_of) {
    return of_pairs(row, [=](real z, real y, real& term, real& slope) { term_of(z - y, term, slope); });
}

template <class Term>
__device__ real of_margins(const Row& row, Term term_of) {
    return of_pairs(row, [=](real z, real y, real& term, real& slope) {
        const real side = y + y - 1;
        term_of(side * z, term, slope);
        slope *= side;
    });
}

// Sigmoid: p, q = sigma(z), sigma(-z), tail = exp(-|z|), residual = p - y without cancellation.
struct Sigmoid {
    real p, q, tail;
    __device__ explicit Sigmoid(real z) {
        const real low = smallest(z, 0);
        p = exp(low);
        q = exp(low - z);
        tail = p * q;
        p /= tail + 1;
        q /= tail + 1;
    }
    __device__ real residual(real y) const { return (1 - y) * p - y * q; }
};

template <class Term>
__device__ real of_sigmoids(const Row& row, Term term_of) {
    return of_pairs(row, [=](real z, real y, real& term, real& slope) {
        term_of(z, y, Sigmoid(z), term, slope);
    });
}

// Softmax with the largest power split off; see compute/losses/softmax_form.py for the notation. The
// other powers, `rest`, wait in the gradient's place until the gradient is written.
struct Softmax {
    real top_output, ties, excess, total, log_total;
    __device__ explicit Softmax(const Row& row) {
        top_output = row_top(row);
        real count = 0, others = 0;
        EACH_OUTPUT(k) {
            const real rest = is_top(row, k) ? real(0) : exp(row.z[k] - top_output);
            row.gradient[k] = rest;
            count += is_top(row, k);
            others += rest;
        }
        ties = row_sum(count);
        excess = row_sum(others);
        total = excess + ties;
        excess += ties - 1;
        log_total = log1p(excess);
    }
    __device__ bool is_top(const Row& row, int k) const { return row.z[k] == top_output; }
    __device__ real shifted(const Row& row, int k) const { return row.z[k] - top_output; }
    __device__ real log_p(const Row& row, int k) const { return shifted(row, k) - log_total; }
    __device__ real p(const Row& row, int k) const {
        return (row.gradient[k] + real(is_top(row, k))) / total;
    }
    __device__ real complement(const Row& row, int k) const {
        return (real(!is_top(row, k)) + (excess - row.gradient[k])) / total;
    }
    __device__ real residual(const Row& row, int k, real y) const {
        return (real(is_top(row, k)) - y + row.gradient[k] - y * excess) / total;
    }
    // p * mass - v, for the weight v of this output and the sum `mass` of all
    __device__ real weighted_residual(const Row& row, int k, real v, real mass) const {
        return (row.gradient[k] * mass + (real(is_top(row, k)) * mass - v) - v * excess) / total;
    }
};

// Sum over outputs of the loss of each label: Term is given ln p, p and 1 - p.
template <class Term>
__device__ real of_labels(const Row& row, Term term_of) {
    const Softmax form(row);
    const auto weighted = [&](int k, real& term, real& slope) {
        const real y = row.y(k) * row.weight(k);
        term = slope = 0;
        if (y == 0) return;
        term_of(form.log_p(row, k), form.p(row, k), form.complement(row, k), term, slope);
        term *= y;
        slope *= y;
    };
    real value = 0, mass = 0, term, slope;
    EACH_OUTPUT(k) {
        weighted(k, term, slope);
        value += term;
        mass += slope;
    }
    value = row_sum(value);
    mass = row_sum(mass);
    EACH_OUTPUT(k) {
        weighted(k, term, slope);
        row.gradient[k] = form.weighted_residual(row, k, slope, mass);
    }
    return value;
}

// Gradient with respect to the outputs of a loss whose gradient with respect to p_k is `slope_of(k)`, plus
// `more_of(k)`. The mean over the largest is taken off first, so that the sum over the others is small.
template <class Slope, class More>
__device__ void pull_back(const Row& row, const Softmax& form, Slope slope_of, More more_of) {
    real sum = 0;
    EACH_OUTPUT(k) if (form.is_top(row, k)) sum += slope_of(k);
    const real top_mean = row_sum(sum) / form.ties;
    sum = 0;
    EACH_OUTPUT(k) sum += (slope_of(k) - top_mean) * row.gradient[k];
    const real mean = row_sum(sum) / form.total;
    EACH_OUTPUT(k) {
        const real slope = (slope_of(k) - top_mean - mean) * form.p(row, k);
        row.gradient[k] = slope + more_of(k);
    }
}

template <class Slope>
__device__ void pull_back(const Row& row, const Softmax& form, Slope slope_of) {
    pull_back(row, form, slope_of, [](int) { return real(0); });
}

// exp(x), beyond x = 50 its tangent, with its derivative; see compute.special.exponential.
__device__ inline real exponential(real x, real& slope) {
    const real near = smallest(x, FARTHEST);
    slope = exp(near);
    return (x - near + 1) * slope;
}

// Overlap of the outputs that are on: (alpha FP + beta FN) / (TP + alpha FP + beta FN + smooth).
__device__ inline real of_overlap(const Row& row, real alpha, real beta, real smooth) {
    real hits = 0, alarms = 0, misses = 0;
    EACH_OUTPUT(k) {
        const Sigmoid form(row.z[k]);
        const real y = row.y(k);
        hits += form.p * y;
        alarms += form.p * (1 - y);
        misses += form.q * y;
    }
    hits = row_sum(hits) + smooth;
    const real wrong = row_sum(alarms) * alpha + row_sum(misses) * beta;
    const real all = hits + wrong;
    EACH_OUTPUT(k) {
        const Sigmoid form(row.z[k]);
        const real y = row.y(k);
        const real slope = ((1 - y) * alpha - y * beta) * hits - y * wrong;
        row.gradient[k] = slope / (all * all) * form.p * form.q;
    }
    return wrong / all;
}

// A location and the logarithm of a scale for each target; Term is given the residual and ln scale.
template <class Term>
__device__ real of_scales(const Row& row, Term term_of) {
    real total = 0;
    for (int k = row.lane; k < TARGETS; k += LANES) {
        real term, slope, scale_slope;
        term_of(row.z[k] - row.y(k), row.z[TARGETS + k], term, slope, scale_slope);
        row.gradient[k] = slope;
        row.gradient[TARGETS + k] = scale_slope;
        total += term;
    }
    return row_sum(total);
}
