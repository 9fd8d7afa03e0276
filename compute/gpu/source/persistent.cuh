// A block of threads trains one run for many steps: parameters, optimiser state, a tile of the batch and the
// activations stay in shared memory from the first step of a launch to the last. Widths are rounded up to
// fours; what is added is 0 and stays 0.

template <int LAYER = 1>
__device__ inline void forward(const Memory& memory) {
    constexpr int FAN_IN = width_of(LAYER - 1), FAN_OUT = width_of(LAYER);
    constexpr bool LAST = LAYER == LAYERS;
    const real* const weights = memory.parameters + offset_of(LAYER);
    const real* const biases = weights + weights_of(LAYER);
    real* const pre = LAST ? memory.outputs : memory.pre[LAST ? 0 : LAYER];
    real* const post = LAST ? memory.outputs : memory.post[LAST ? 0 : LAYER];
    product<TILE, PAD(FAN_OUT), PAD(FAN_IN), true, false, false>(
        LAYER == 1 ? memory.inputs : memory.post[LAYER - 1], LEAD(FAN_IN), weights, PAD(FAN_OUT),
        [=](int h) { return biases[h]; },
        [=](int b, int h, int, const real* z) {
            Four before, after;
#pragma unroll
            for (int j = 0; j < 4; ++j) {
                before.at[j] = z[j];
                after.at[j] = LAST ? z[j] : h + j < FAN_OUT ? activation(z[j]) : real(0);
            }
            if (KEEPS_INPUT && !LAST) four(pre + b * LEAD(FAN_OUT) + h) = before;
            four(post + b * LEAD(FAN_OUT) + h) = after;
        },
        [](int, real) {});
    __syncthreads();
    if constexpr (!LAST) forward<LAYER + 1>(memory);
}

// Gradients of all parameters from those of the outputs, which are 0 in rows without a sample; activations are
// written over by theirs.
template <int LAYER = LAYERS>
__device__ inline void backward(const Memory& memory, bool more) {
    constexpr int FAN_IN = width_of(LAYER - 1), FAN_OUT = width_of(LAYER);
    const real* const slopes = LAYER == LAYERS ? memory.slopes : memory.pre[LAYER == LAYERS ? 0 : LAYER];
    real* const gradients = memory.gradients + offset_of(LAYER);
    real* const biases = gradients + weights_of(LAYER);
    product<PAD(FAN_IN), PAD(FAN_OUT), TILE, false, false, true>(
        LAYER == 1 ? memory.inputs : memory.post[LAYER - 1], LEAD(FAN_IN), slopes, LEAD(FAN_OUT),
        [](int) { return real(0); },
        [=](int k, int h, int, const real* sums) {
            Four& place = four(gradients + k * PAD(FAN_OUT) + h);
            Four sum;
#pragma unroll
            for (int j = 0; j < 4; ++j) sum.at[j] = more ? place.at[j] + sums[j] : sums[j];
            place = sum;
        },
        [=](int h, real sum) { biases[h] = more ? biases[h] + sum : sum; });
    __syncthreads();
    if constexpr (LAYER > 1) {
        real* const signal = memory.pre[LAYER - 1];
        product<TILE, PAD(FAN_IN), PAD(FAN_OUT), true, true, false>(
            slopes, LEAD(FAN_OUT), memory.parameters + offset_of(LAYER), PAD(FAN_OUT),
            [](int) { return real(0); },
            [=](int b, int k, int apart, const real* sums) {
                real* const at = signal + b * LEAD(FAN_IN) + k;
#pragma unroll
                for (int j = 0; j < 4; ++j) at[j * apart] = sums[j] * activation_slope(at[j * apart]);
            },
            [](int, real) {});
        __syncthreads();
        backward<LAYER - 1>(memory, more);
    }
}

// Loss of the rows of a tile, summed over those of this thread; its gradient, times `share`, into slopes.
__device__ inline real losses(const Task& task, const Memory& memory, int length, real share) {
    real total = 0;
    Row row;
    row.lane = threadIdx.x % LANES;
    row.weights = task.weighs ? memory.weights : 0;
    for (int b = threadIdx.x / LANES; b < length; b += THREADS / LANES) {
        row.z = memory.outputs + b * LEAD(OUTPUTS);
        row.gradient = memory.slopes + b * LEAD(OUTPUTS);
        row.numbers = memory.targets + b * TARGETS;
        row.label = CLASSES ? int(reinterpret_cast<const long long*>(memory.targets)[b]) : 0;
        const real value = loss_of_row(task.loss, row, memory.hyper);
        if (row.lane == 0) total += value;
        __syncwarp(row_mask());
        EACH_OUTPUT(k) row.gradient[k] *= share;
    }
    // rows that a short tile lacks add nothing to the gradients
    for (int i = length * LEAD(OUTPUTS) + threadIdx.x; i < TILE * LEAD(OUTPUTS); i += THREADS) memory.slopes[i] = 0;
    __syncthreads();
    return total;
}

// Sums over parameters: square of each layer's gradient, of the parameters, penalty; and the loss.
struct Sums {
    real of[LAYERS + 3];
    __device__ Sums() {
        for (int i = 0; i < LAYERS + 3; ++i) of[i] = 0;
    }
    // Add the penalty's part to four gradients at a place, and the four to the sums.
    __device__ void take(const Task& task, int at, const Four& parameters, Four& gradients) {
        real squares = 0;
        bool penalised = false;
        if (PENALTY) {
#pragma unroll
            for (int layer = 1; layer <= LAYERS; ++layer)
                penalised |= at >= offset_of(layer) && at < offset_of(layer) + weights_of(layer);
        }
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            const real parameter = parameters.at[j];
            real gradient = gradients.at[j];
            if (penalised) {
                gradient += parameter * task.l2;
                gradient += sign(parameter) * task.l1;
                gradients.at[j] = gradient;
                of[LAYERS + 1] += parameter * parameter * (task.l2 / 2) + fabs(parameter) * task.l1;
            }
            squares += gradient * gradient;
            of[LAYERS] += parameter * parameter;
        }
#pragma unroll
        for (int layer = 1; layer <= LAYERS; ++layer)
            if (at >= offset_of(layer) && at < offset_of(layer + 1)) of[layer - 1] += squares;
    }
    // Write the step's record: loss, squared norm of the parameters, of each layer's gradient, and objective.
    __device__ void record(const Memory& memory, real* to, int runs) {
        for (int i = 0; i < LAYERS + 3; ++i)
            for (int offset = 16; offset > 0; offset /= 2) of[i] += __shfl_xor_sync(0xffffffffu, of[i], offset, 32);
        if (threadIdx.x % 32 == 0)
            for (int i = 0; i < LAYERS + 3; ++i) memory.scratch[threadIdx.x / 32 * (LAYERS + 3) + i] = of[i];
        __syncthreads();
        const auto total = [=](int i) {
            real sum = 0;
            for (int warp = 0; warp < THREADS / 32; ++warp) sum += memory.scratch[warp * (LAYERS + 3) + i];
            return sum;
        };
        const int row = threadIdx.x;
        if (row < 2 + LAYERS) to[row * runs] = total(row == 0 ? LAYERS + 2 : row == 1 ? LAYERS : row - 2);
        if (PENALTY && row == 2 + LAYERS) to[row * runs] = total(LAYERS + 2) + total(LAYERS + 1);
    }
};

__device__ inline void update_four(const Memory& memory, int at, Four& parameters, const Four& gradients,
                                   const real* constants) {
    Four held[SLOTS + 1];
    real* states[SLOTS + 1];
#pragma unroll
    for (int slot = 0; slot < SLOTS; ++slot) {
        held[slot] = four(memory.state[slot] + at);
        states[slot] = held[slot].at;
    }
#pragma unroll
    for (int j = 0; j < 4; ++j)
        parameters.at[j] = update(parameters.at[j], gradients.at[j], states, j, constants);
#pragma unroll
    for (int slot = 0; slot < SLOTS; ++slot) four(memory.state[slot] + at) = held[slot];
    four(memory.parameters + at) = parameters;
}

// Record a step and update the parameters.
__device__ inline void finish(const Task& task, const Memory& memory, const real* of_step, real loss, real* record,
                              int runs) {
    Sums sums;
    real constants[MOST_CONSTANTS];
#pragma unroll
    for (int i = 0; i < MOST_CONSTANTS; ++i) constants[i] = of_step[i];
    sums.of[LAYERS + 2] = loss;
#if CLIP
    for (int at = threadIdx.x * 4; at < PADDED; at += THREADS * 4) {
        Four gradients = four(memory.gradients + at);
        sums.take(task, at, four(memory.parameters + at), gradients);
        four(memory.gradients + at) = gradients;
    }
    sums.record(memory, record, runs);
    real norm = 0;
    for (int layer = 0; layer < LAYERS; ++layer)
        for (int warp = 0; warp < THREADS / 32; ++warp) norm += memory.scratch[warp * (LAYERS + 3) + layer];
    const real kept = smallest(task.clip / sqrt(norm), 1);
    for (int at = threadIdx.x * 4; at < PADDED; at += THREADS * 4) {
        Four parameters = four(memory.parameters + at), gradients = four(memory.gradients + at);
        for (int j = 0; j < 4; ++j) gradients.at[j] *= kept;
        update_four(memory, at, parameters, gradients, constants);
    }
    __syncthreads();
#else
    for (int at = threadIdx.x * 4; at < PADDED; at += THREADS * 4) {
        Four parameters = four(memory.parameters + at), gradients = four(memory.gradients + at);
        sums.take(task, at, parameters, gradients);
        update_four(memory, at, parameters, gradients, constants);
    }
    sums.record(memory, record, runs);
#endif
}

// Numbers of a run between an array (P) and the padded places in shared memory.
template <class Move>
__device__ inline void each_place(Move move) {
    int flat = 0;
#pragma unroll
    for (int layer = 1; layer <= LAYERS; ++layer) {
        const int fan_in = width_of(layer - 1), fan_out = width_of(layer);
        for (int i = threadIdx.x; i < (fan_in + 1) * fan_out; i += THREADS) {
            const int row = i / fan_out == fan_in ? PAD(fan_in) : i / fan_out;
            move(flat + i, offset_of(layer) + row * PAD(fan_out) + i % fan_out);
        }
        flat += (fan_in + 1) * fan_out;
    }
}

// parameters (r, P), state0 and state1 (r, P) are changed; `previous` (r, P) takes the parameters before the last
// update, unless it is 0; records (steps, 2 + LAYERS [+ 1], r) are written.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS)
train(real* parameters, real* state0, real* state1, real* previous, real* records, const real* inputs,
      const long long* labels, const real* numbers, const long long* order, const int* stream, const int* loss,
      const real* loss_hyper, const real* scale, const real* class_weights, const double* hyper, const real* rates,
      const real* factors, int epochs, int count, int size, long long first_step, long long began, int steps,
      real l1, real l2, real clip) {
    extern __shared__ __align__(16) real shared_memory[];
    const Memory memory(shared_memory);
    const int run = blockIdx.x, runs = gridDim.x, recorded = 2 + LAYERS + PENALTY;
    const Task task = {inputs,
                       labels,
                       numbers,
                       order + (long long)stream[run] * epochs * count,
                       loss[run],
                       class_weights != 0,
                       epochs,
                       count,
                       size,
                       first_step,
                       l1,
                       l2,
                       clip};
    const long long mine = (long long)run * PARAMETERS;
    const real of_mean = scale[run], rate = rates[run];
    real* const states[] = {state0, state1};

    Batch batch(task);
    Loader next;
    next.find(batch, 0);
    for (real* at = shared_memory + threadIdx.x; at < memory.end; at += THREADS) *at = 0;
    __syncthreads();
    each_place([&](int flat, int at) {
        memory.parameters[at] = parameters[mine + flat];
        for (int slot = 0; slot < SLOTS; ++slot) memory.state[slot][at] = states[slot][mine + flat];
    });
    for (int i = threadIdx.x; i < LOSS_HYPER; i += THREADS) memory.hyper[i] = loss_hyper[run * LOSS_HYPER + i];
    for (int i = threadIdx.x; class_weights && i < OUTPUTS; i += THREADS)
        memory.weights[i] = class_weights[run * OUTPUTS + i];
    next.load(task, memory);

#pragma unroll 1
    for (int t = 0; t < steps; ++t) {
        if (t % AHEAD == 0 && threadIdx.x < AHEAD && t + threadIdx.x < steps)
            step_constants(hyper + run * HYPER, double(rate * factors[t + threadIdx.x]),
                           double(first_step + t + threadIdx.x + 1 - began),
                           memory.constants + threadIdx.x * MOST_CONSTANTS);
        const int samples = batch.length;
        const real share = of_mean * (real(1) / samples);
        real total = 0;
#pragma unroll 1
        for (int first = 0; first < samples; first += TILE) {
            const int length = next.length;
            wait_for_copies();
            __syncthreads();
            const bool more = first + TILE < samples, any = more || t + 1 < steps;
            if (!more) batch.advance(task);
            if (any) next.find(batch, more ? first + TILE : 0);
            forward(memory);
            total += losses(task, memory, length, share);
            backward(memory, first > 0);
            if (any) next.load(task, memory);
        }
        if (previous && t + 1 == steps)
            each_place([&](int flat, int at) { previous[mine + flat] = memory.parameters[at]; });
        if (previous && t + 1 == steps) __syncthreads();
        finish(task, memory, memory.constants + t % AHEAD * MOST_CONSTANTS, total * share,
               records + (long long)t * recorded * runs + run, runs);
    }
    __syncthreads();
    each_place([&](int flat, int at) {
        parameters[mine + flat] = memory.parameters[at];
        for (int slot = 0; slot < SLOTS; ++slot) states[slot][mine + flat] = memory.state[slot][at];
    });
}
