// One sample as a loss sees it, worked on by LANES neighbouring threads of a warp: thread `lane` of them
// takes outputs lane, lane + LANES, ... OUTPUTS and TARGETS are the widths of output and target.

struct Row {
    const real* z;         // (OUTPUTS) raw outputs
    real* gradient;        // (OUTPUTS) where the gradient goes; free until then
    const real* numbers;   // (TARGETS) target, where it is numbers
    int label;             // target, where it is a class
    const real* weights;   // (OUTPUTS) class weights, or 0
    int lane;

    __device__ real y(int k) const {
#if CLASSES
        return OUTPUTS == 1 ? real(label) : real(k == label);
#else
        return numbers[k];
#endif
    }
    __device__ real weight(int k) const { return weights ? weights[k] : real(1); }
};

#define EACH_OUTPUT(k) for (int k = row.lane; k < OUTPUTS; k += LANES)

__device__ inline unsigned row_mask() {
    const int first = threadIdx.x % 32 / LANES * LANES;
    return (LANES == 32 ? 0xffffffffu : (1u << LANES) - 1) << first;
}

__device__ inline real row_sum(real x) {
    for (int offset = LANES / 2; offset > 0; offset /= 2)
        x += __shfl_xor_sync(row_mask(), x, offset, LANES);
    return x;
}

__device__ inline real row_largest(real x) {
    for (int offset = LANES / 2; offset > 0; offset /= 2)
        x = largest(x, __shfl_xor_sync(row_mask(), x, offset, LANES));
    return x;
}

// Largest output of a row. A lane without outputs gives the first one, which is none too large.
__device__ inline real row_top(const Row& row) {
    real top = row.z[0];
    EACH_OUTPUT(k) top = largest(top, row.z[k]);
    return row_largest(top);
}
