// Numbers and sums. `real` is float or double, as the program says; NaN goes through everything here, since
// a diverged run must be seen as diverged.

__device__ inline real largest(real a, real b) { return (a > b || a != a) ? a : b; }
__device__ inline real smallest(real a, real b) { return (a < b || a != a) ? a : b; }
__device__ inline real sign(real x) { return x > 0 ? real(1) : x < 0 ? real(-1) : x; }
__device__ inline real clipped(real x, real low, real high) { return smallest(largest(x, low), high); }
__device__ inline int fewer(int a, int b) { return a < b ? a : b; }

// Sum over the threads of a block of several numbers each: `sums` holds the totals in every thread
// afterwards. `scratch` is shared, COUNT for each warp. Added in a fixed order: equal runs stay equal.
template <int COUNT>
__device__ void block_sums(real (&sums)[COUNT], real* scratch) {
    const int warps = blockDim.x / 32, warp = threadIdx.x / 32;
    for (int i = 0; i < COUNT; ++i)
        for (int offset = 16; offset > 0; offset /= 2)
            sums[i] += __shfl_xor_sync(0xffffffffu, sums[i], offset, 32);
    __syncthreads();
    if (threadIdx.x % 32 == 0)
        for (int i = 0; i < COUNT; ++i) scratch[warp * COUNT + i] = sums[i];
    __syncthreads();
    for (int i = 0; i < COUNT; ++i) {
        sums[i] = 0;
        for (int w = 0; w < warps; ++w) sums[i] += scratch[w * COUNT + i];
    }
}
