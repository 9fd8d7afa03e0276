// Numbers and sums. `real` is float or double, as the program says; NaN goes through everything here, since
// a diverged run must be seen as diverged.

__device__ inline real largest(real a, real b) { return (a > b || a != a) ? a : b; }
__device__ inline real smallest(real a, real b) { return (a < b || a != a) ? a : b; }
__device__ inline real sign(real x) { return x > 0 ? real(1) : x < 0 ? real(-1) : x; }
__device__ inline real clipped(real x, real low, real high) { return smallest(largest(x, low), high); }
__device__ inline int fewer(int a, int b) { return a < b ? a : b; }

// Square root and quotient as an optimiser needs them: in single precision within 2 units in the last place, but
// without the branches that exact rounding takes for what is tiny or 0.
__device__ inline double root(double x) { return sqrt(x); }
__device__ inline double quotient(double a, double b) { return a / b; }
#if defined(__CUDA_ARCH__)
__device__ inline float root(float x) {
    float y;
    asm("sqrt.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
__device__ inline float quotient(float a, float b) {
    float y;
    asm("div.full.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
    return y;
}
#else
__device__ inline float root(float x) { return sqrt(x); }
__device__ inline float quotient(float a, float b) { return a / b; }
#endif

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
