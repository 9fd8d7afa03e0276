// Where a run's numbers lie in shared memory, and how samples get there.

// Where things lie in shared memory; compute/gpu/fit.py counts the same.
constexpr int TARGET_SIZE = CLASSES ? TILE * int(sizeof(long long) / sizeof(real)) : TILE * TARGETS;
struct Memory {
    real *parameters, *gradients, *state[SLOTS + 1], *inputs, *pre[LAYERS], *post[LAYERS], *outputs, *slopes,
        *targets, *hyper, *weights, *constants, *scratch, *end;
    __device__ explicit Memory(real* at) {
        const auto take = [&](int count) { real* const here = at; at += count; return here; };
        parameters = take(PADDED);
        gradients = take(PADDED);
        for (int i = 0; i < SLOTS; ++i) state[i] = take(PADDED);
        state[SLOTS] = 0;
        inputs = take(TILE * LEAD(width_of(0)));
#pragma unroll
        for (int i = 1; i < LAYERS; ++i) {
            post[i] = take(TILE * LEAD(width_of(i)));
            pre[i] = KEEPS_INPUT ? take(TILE * LEAD(width_of(i))) : post[i];
        }
        outputs = take(TILE * LEAD(OUTPUTS));
        slopes = take(TILE * LEAD(OUTPUTS));
        targets = take(TARGET_SIZE);
        hyper = take(LOSS_HYPER);
        weights = take(OUTPUTS);
        constants = take(AHEAD * MOST_CONSTANTS);
        scratch = take(THREADS / 32 * (LAYERS + 3));
        end = at;
    }
};

// What one launch works on; see compute/gpu/persistent.py, which fills it.
struct Task {
    const real* inputs;          // (S n, PAD(D))
    const long long* labels;     // (S n)
    const real* numbers;         // (S n, TARGETS)
    const long long* order;      // (epochs, n) rows of the inputs that this run follows
    int loss;                    // which one this run has
    bool weighs;                 // whether classes have weights
    int epochs, count, size;     // in `order`, n, rows of a full batch
    long long first_step;        // updates done before
    real l1, l2, clip;
};

// Rows of one step's batch, and of the next and the next.
struct Batch {
    const long long* rows;
    int length, start, place;  // samples; first of them and epoch in `order`
    __device__ explicit Batch(const Task& task) {
        const int batches = (task.count + task.size - 1) / task.size;
        start = int(task.first_step % batches) * task.size;
        place = int(task.first_step / batches % task.epochs);
        find(task);
    }
    __device__ void find(const Task& task) {
        rows = task.order + (long long)place * task.count + start;
        length = fewer(task.size, task.count - start);
    }
    __device__ void advance(const Task& task) {
        start += task.size;
        if (start >= task.count) {
            start = 0;
            place = place + 1 < task.epochs ? place + 1 : 0;
        }
        find(task);
    }
};

// From global to shared memory, without waiting for it where the device can; see `wait_for_copies`.
template <int BYTES>
__device__ inline void copy_later(void* to, const void* from) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    unsigned address;
    asm("{ .reg .u64 at; cvta.to.shared.u64 at, %1; cvt.u32.u64 %0, at; }" : "=r"(address) : "l"(to));
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(address), "l"(from), "n"(BYTES) : "memory");
#else
    struct Some { unsigned at[BYTES / 4]; };
    *static_cast<Some*>(to) = *static_cast<const Some*>(from);
#endif
}
__device__ inline void wait_for_copies() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_all;" ::: "memory");
#endif
}

// A tile of samples on its way into shared memory: first `find` where it lies, later `load` it.
struct Loader {
    struct Piece { unsigned at[4]; };
    static constexpr int WARPS = THREADS / 32, ROWS = (TILE + WARPS - 1) / WARPS;  // rows of a warp, at most 32
    static constexpr int PIECES = PAD(width_of(0)) * int(sizeof(real)) / 16;  // of a row, 16 bytes each
    static constexpr int BESIDE = PIECES > 16 ? 32 : PIECES > 8 ? 16 : PIECES > 2 ? 8 : 2;  // lanes of a row
    long long row;  // of this lane
    int length;     // samples of the tile
    __device__ static int first() { return threadIdx.x / 32 * ROWS; }
    __device__ void find(const Batch& batch, int from) {
        const int lane = threadIdx.x % 32;
        length = fewer(TILE, batch.length - from);
        row = lane < ROWS && first() + lane < length ? batch.rows[from + first() + lane] : 0;
    }
    __device__ void load(const Task& task, const Memory& memory) const {
        const int lane = threadIdx.x % 32, mine = first() + lane;
        if (lane < ROWS && mine < length) {
            if (CLASSES)
                copy_later<8>(reinterpret_cast<long long*>(memory.targets) + mine, task.labels + row);
            else
                for (int k = 0; k < TARGETS; ++k)
                    copy_later<sizeof(real)>(memory.targets + mine * TARGETS + k, task.numbers + row * TARGETS + k);
        }
#pragma unroll 4
        for (int i = 0; i < ROWS; i += 32 / BESIDE) {
            const int which = i + lane / BESIDE, at = first() + which;
            const long long from = __shfl_sync(0xffffffffu, row, which % 32, 32);
            if (which < ROWS && at < length)
                for (int k = lane % BESIDE; k < PIECES; k += BESIDE)
                    copy_later<16>(reinterpret_cast<Piece*>(memory.inputs + at * LEAD(width_of(0))) + k,
                                   reinterpret_cast<const Piece*>(task.inputs + from * PAD(width_of(0))) + k);
        }
    }
};
