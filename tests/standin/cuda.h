// A block of CUDA threads on a processor, for the kernels' own source: every thread is a fibre, and those
// of a block take turns at each barrier. Shared memory starts as NaN, and a guard behind it finds writes
// past its end. Enough of CUDA for compute/gpu/source, no more.
#include <setjmp.h>
#include <ucontext.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

using std::exp; using std::expm1; using std::fabs; using std::log; using std::log1p; using std::pow;
using std::sinh; using std::sqrt; using std::tanh;

#define __global__
#define __device__
#define __shared__
#define __align__(bytes) __attribute__((aligned(bytes)))
#define __launch_bounds__(...)

struct dim3 { int x, y, z; };
static dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulation {
constexpr int STACK = 128 * 1024, LARGEST_SHARED = 232448;

struct Barrier { int arrived = 0; long turn = 0; };
struct Fibre { ucontext_t context; jmp_buf place; std::vector<char> stack; bool begun, done; };

static std::vector<Fibre> fibres;
static std::vector<Barrier> groups;  // of neighbouring threads, by the first of them and their number
static Barrier block;
static std::vector<double> slots;
static jmp_buf scheduler;
static std::function<void()> body;
static const char* mistake = nullptr;

// Contexts only begin a fibre: swapping them would ask the system for the signal mask each time.
inline void others_turn() {
    if (!_setjmp(fibres[threadIdx.x].place)) _longjmp(scheduler, 1);
}

__attribute__((noinline)) void take_turn(Fibre& fibre) {
    if (_setjmp(scheduler)) return;
    if (fibre.begun) _longjmp(fibre.place, 1);
    fibre.begun = true;
    setcontext(&fibre.context);
}

inline void wait(Barrier& barrier, int members) {
    const long turn = barrier.turn;
    if (++barrier.arrived == members) { barrier.arrived = 0; ++barrier.turn; return; }
    while (barrier.turn == turn) others_turn();
}

inline void wait_for(unsigned mask) {
    const int lane = threadIdx.x % 32;
    if (!(mask >> lane & 1)) mistake = "a thread waits for a group that it is not in";
    const int first = threadIdx.x - lane + __builtin_ctz(mask), members = __builtin_popcount(mask);
    wait(groups[first * 33 + members], members);
}

inline void run_fibre() {
    body();
    fibres[threadIdx.x].done = true;
    while (true) others_turn();
}

inline const char* launch(dim3 grid, dim3 threads, void* shared, long shared_bytes, std::function<void()> kernel) {
    const int count = threads.x;
    gridDim = grid; blockDim = threads; body = std::move(kernel); mistake = nullptr;
    if (shared_bytes > LARGEST_SHARED) return "more shared memory than a block may have";
    fibres.resize(count);
    for (blockIdx.y = 0; blockIdx.y < grid.y; ++blockIdx.y)
    for (blockIdx.x = 0; blockIdx.x < grid.x; ++blockIdx.x) {
        std::memset(shared, 0xff, LARGEST_SHARED + 64);
        groups.assign(count * 33, Barrier()); block = Barrier(); slots.assign(count, 0);
        for (Fibre& fibre : fibres) {
            fibre.stack.resize(STACK); fibre.begun = fibre.done = false;
            getcontext(&fibre.context);
            fibre.context.uc_stack.ss_sp = fibre.stack.data();
            fibre.context.uc_stack.ss_size = STACK;
            fibre.context.uc_link = nullptr;
            makecontext(&fibre.context, run_fibre, 0);
        }
        // every other block goes from its last thread to its first: what lacks a barrier then comes out wrong
        const bool backwards = (blockIdx.x + blockIdx.y) % 2;
        long rounds = 0;
        for (int left = count; left > 0;) {
            left = 0;
            const long before = block.turn + block.arrived;
            long moved = 0;
            for (const Barrier& group : groups) moved += group.turn;
            for (int i = 0; i < count; ++i) {
                threadIdx.x = backwards ? count - 1 - i : i;
                if (!fibres[threadIdx.x].done) {
                    take_turn(fibres[threadIdx.x]);
                    left += !fibres[threadIdx.x].done;
                }
            }
            for (const Barrier& group : groups) moved -= group.turn;
            rounds = (moved == 0 && before == block.turn + block.arrived) ? rounds + 1 : 0;
            if (rounds > 3) return "threads wait for ones that never come";
        }
        if (block.arrived) return "threads left others waiting at a barrier";
        const unsigned char* end = static_cast<unsigned char*>(shared) + shared_bytes;
        for (int i = 0; i < 64; ++i) if (end[i] != 0xff) return "a write past the end of shared memory";
        if (mistake) return mistake;
    }
    return nullptr;
}

template <class... Given, std::size_t... At>
const char* call(void (*kernel)(Given...), void** given, const long* sizes, std::index_sequence<At...>,
                 dim3 grid, dim3 threads, void* shared, long shared_bytes) {
    const long wanted[] = {long(sizeof(Given))...};
    for (std::size_t i = 0; i < sizeof...(Given); ++i)
        if (wanted[i] != sizes[i]) {
            static char text[80];
            std::snprintf(text, sizeof text, "argument %zu has %ld bytes, not %ld", i, sizes[i], wanted[i]);
            return text;
        }
    return launch(grid, threads, shared, shared_bytes,
                  [=] { kernel(*static_cast<std::remove_reference_t<Given>*>(given[At])...); });
}

template <class... Given>
const char* call(void (*kernel)(Given...), void** given, const long* sizes, int count, dim3 grid, dim3 threads,
                 void* shared, long shared_bytes) {
    if (count != int(sizeof...(Given))) return "another number of arguments than the kernel takes";
    return call(kernel, given, sizes, std::index_sequence_for<Given...>(), grid, threads, shared, shared_bytes);
}
}  // namespace emulation

inline void __syncthreads() { emulation::wait(emulation::block, blockDim.x); }
inline void __syncwarp(unsigned mask) { emulation::wait_for(mask); }

template <class Number>
Number __shfl_sync(unsigned mask, Number value, int lane, int width) {
    emulation::slots[threadIdx.x] = double(value);
    emulation::wait_for(mask);
    const Number other = Number(emulation::slots[threadIdx.x / width * width + lane]);
    emulation::wait_for(mask);
    return other;
}
template <class Number>
Number __shfl_xor_sync(unsigned mask, Number value, int offset, int width) {
    return __shfl_sync(mask, value, (threadIdx.x % width) ^ offset, width);
}

// What starts a kernel from outside. EMULATED_MEMORY is the shared memory that the kernels declare.
#define EMULATED_MEMORY alignas(32) real shared_memory[(emulation::LARGEST_SHARED + 64) / sizeof(real)];
#define EMULATED(kernel)                                                                              \
    extern "C" const char* start_##kernel(int x, int y, int threads, long shared_bytes, void** given, \
                                          const long* sizes, int count) {                             \
        return emulation::call(kernel, given, sizes, count, dim3{x, y, 1}, dim3{threads, 1, 1},       \
                               shared_memory, shared_bytes);                                          \
    }
