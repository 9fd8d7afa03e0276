// A block of threads trains one run for many steps: parameters, optimiser state, a tile of the batch and the
// activations stay in shared memory from the first step of a launch to the last.
//
// Rows of activations end in a column of ones, which carries the biases, and are LEAD(width) apart: an odd
// number, so that threads which read a column meet different banks.

#define LEAD(width) (((width) + 1) | 1)

// C(m, n) = sum over k of a(m, k) b(k, n), handed to `write`. Neighbouring threads take neighbouring columns;
// a thread makes EACH x EACH elements that lie as far apart as there are threads beside it.
template <int EACH, class A, class B, class Write>
__device__ void product_by(int rows, int columns, int depth, A a, B b, Write write) {
    const int down = (rows + EACH - 1) / EACH, across = (columns + EACH - 1) / EACH;
    for (int tile = threadIdx.x; tile < down * across; tile += THREADS) {
        const int row = tile / across, column = tile % across;
        int at_row[EACH], at_column[EACH];
        real sum[EACH][EACH];
        for (int i = 0; i < EACH; ++i) {
            at_row[i] = fewer(row + i * down, rows - 1);
            at_column[i] = fewer(column + i * across, columns - 1);
            for (int j = 0; j < EACH; ++j) sum[i][j] = 0;
        }
        for (int k = 0; k < depth; ++k) {
            real left[EACH], right[EACH];
            for (int i = 0; i < EACH; ++i) left[i] = a(at_row[i], k);
            for (int j = 0; j < EACH; ++j) right[j] = b(k, at_column[j]);
            for (int i = 0; i < EACH; ++i)
                for (int j = 0; j < EACH; ++j) sum[i][j] += left[i] * right[j];
        }
        for (int i = 0; i < EACH; ++i)
            for (int j = 0; j < EACH; ++j)
                if (row + i * down < rows && column + j * across < columns)
                    write(at_row[i], at_column[j], sum[i][j]);
    }
}

// `most` is the number of elements where the tile is full: known when this is compiled, and so is the way.
template <class A, class B, class Write>
__device__ inline void product(int most, int rows, int columns, int depth, A a, B b, Write write) {
    if (most >= 16 * THREADS)
        product_by<4>(rows, columns, depth, a, b, write);
    else if (most >= 4 * THREADS)
        product_by<2>(rows, columns, depth, a, b, write);
    else
        product_by<1>(rows, columns, depth, a, b, write);
}

__device__ inline int width_of(int layer) {
    const int widths[] = {WIDTHS};
    return widths[layer];
}

// Where things lie in shared memory; compute/gpu/fit.py counts the same.
struct Memory {
    real *parameters, *gradients, *state[SLOTS + 1], *inputs, *pre[LAYERS], *post[LAYERS], *outputs, *slopes,
        *constants, *scratch;
    __device__ explicit Memory(real* at) {
        const auto take = [&](int count) { real* const here = at; at += count; return here; };
        parameters = take(PARAMETERS);
        gradients = take(PARAMETERS);
        for (int i = 0; i < SLOTS; ++i) state[i] = take(PARAMETERS);
        state[SLOTS] = 0;
        inputs = take(TILE * LEAD(width_of(0)));
#pragma unroll
        for (int i = 1; i < LAYERS; ++i) {
            post[i] = take(TILE * LEAD(width_of(i)));
            pre[i] = KEEPS_INPUT ? take(TILE * LEAD(width_of(i))) : post[i];
        }
        outputs = take(TILE * LEAD(OUTPUTS));
        slopes = take(TILE * LEAD(OUTPUTS));
        constants = take(MOST_CONSTANTS);
        scratch = take(THREADS / 32 * (LAYERS + 3));
    }
};

// What one launch works on; see compute/gpu/persistent.py, which fills it.
struct Task {
    const real* inputs;          // (S n, D + 1)
    const long long* labels;     // (S n)
    const real* numbers;         // (S n, TARGETS)
    const long long* order;      // (streams, epochs, n) rows of the inputs
    const int* stream;           // (r) which order a run follows
    const int* loss;             // (r)
    const real* loss_hyper;      // (r, LOSS_HYPER)
    const real* scale;           // (r)
    const real* class_weights;   // (r, OUTPUTS), or 0
    const double* hyper;         // (r, HYPER) of the optimiser
    const real* rates;           // (r) base learning rates
    const real* factors;         // (steps) factors on them
    int epochs, count, size;     // in `order`, n, rows of a full batch
    long long first_step, began;  // updates done before; at the optimiser's first one
    int steps;
    real l1, l2, clip;
};

__device__ inline void load_rows(const Task& task, const Memory& memory, const long long* rows, int length) {
    const int width = width_of(0) + 1;
    for (int i = threadIdx.x; i < length * width; i += THREADS)
        memory.inputs[i / width * LEAD(width_of(0)) + i % width] = task.inputs[rows[i / width] * width + i % width];
}

__device__ inline void forward(const Memory& memory, int length) {
    const real *from = memory.inputs, *weights = memory.parameters;
#pragma unroll
    for (int layer = 1; layer <= LAYERS; ++layer) {
        const int fan_in = width_of(layer - 1), fan_out = width_of(layer);
        const int lead = LEAD(fan_in), out_lead = LEAD(fan_out);
        const bool last = layer == LAYERS;
        real* const pre = last ? memory.outputs : memory.pre[layer];
        real* const post = last ? memory.outputs : memory.post[layer];
        product(
            TILE * fan_out, length, fan_out, fan_in + 1, [=](int b, int k) { return from[b * lead + k]; },
            [=](int k, int h) { return weights[k * fan_out + h]; },
            [=](int b, int h, real z) {
                if (KEEPS_INPUT && !last) pre[b * out_lead + h] = z;
                post[b * out_lead + h] = last ? z : activation(z);
            });
        __syncthreads();
        from = post;
        weights += (fan_in + 1) * fan_out;
    }
}

// Gradients of all parameters from those of the outputs; activations are written over by theirs.
__device__ inline void backward(const Memory& memory, int length, bool more) {
    int offset = PARAMETERS;
    const real* slopes = memory.slopes;
#pragma unroll
    for (int layer = LAYERS; layer >= 1; --layer) {
        const int fan_in = width_of(layer - 1), fan_out = width_of(layer);
        const int lead = LEAD(fan_in), out_lead = LEAD(fan_out);
        const bool first = layer == 1;
        const real* const below = first ? memory.inputs : memory.post[layer - 1];
        offset -= (fan_in + 1) * fan_out;
        real* const gradients = memory.gradients + offset;
        product(
            (fan_in + 1) * fan_out, fan_in + 1, fan_out, length, [=](int k, int b) { return below[b * lead + k]; },
            [=](int b, int h) { return slopes[b * out_lead + h]; },
            [=](int k, int h, real sum) {
                gradients[k * fan_out + h] = more ? gradients[k * fan_out + h] + sum : sum;
            });
        __syncthreads();
        if (first) return;
        const real* const weights = memory.parameters + offset;
        real* const signal = memory.pre[layer - 1];
        product(
            TILE * fan_in, fan_in, length, fan_out, [=](int k, int h) { return weights[k * fan_out + h]; },
            [=](int h, int b) { return slopes[b * out_lead + h]; },
            [=](int k, int b, real sum) {
                signal[b * lead + k] = sum * activation_slope(signal[b * lead + k]);
            });
        __syncthreads();
        slopes = signal;
    }
}

// Loss of the rows of a tile, summed over those of this thread; its gradient, times `share`, into slopes.
__device__ inline real losses(const Task& task, const Memory& memory, const long long* rows, int length, real share) {
    const int run = blockIdx.x, lead = LEAD(OUTPUTS);
    real total = 0;
    Row row;
    row.lane = threadIdx.x % LANES;
    row.weights = task.class_weights ? task.class_weights + run * OUTPUTS : 0;
    for (int b = threadIdx.x / LANES; b < length; b += THREADS / LANES) {
        row.z = memory.outputs + b * lead;
        row.gradient = memory.slopes + b * lead;
        row.numbers = CLASSES ? 0 : task.numbers + rows[b] * TARGETS;
        row.label = CLASSES ? int(task.labels[rows[b]]) : 0;
        const real value = loss_of_row(task.loss[run], row, task.loss_hyper + run * LOSS_HYPER);
        if (row.lane == 0) total += value;
        __syncwarp(row_mask());
        EACH_OUTPUT(k) row.gradient[k] *= share;
    }
    __syncthreads();
    return total;
}

// Add the penalty to the gradients, and write the step's record: loss, squared norm of the parameters, of
// each layer's gradient, and objective. Returns the factor that clips the gradients.
__device__ inline real finish(const Task& task, const Memory& memory, real loss, real* record, int runs) {
    real sums[LAYERS + 3];
    for (int i = 0; i < LAYERS + 3; ++i) sums[i] = 0;
    int offset = 0;
#pragma unroll
    for (int layer = 0; layer < LAYERS; ++layer) {
        const int weights = width_of(layer) * width_of(layer + 1), all = weights + width_of(layer + 1);
        for (int i = threadIdx.x; i < all; i += THREADS) {
            const real parameter = memory.parameters[offset + i];
            real gradient = memory.gradients[offset + i];
            if (PENALTY && i < weights) {
                gradient += parameter * task.l2;
                gradient += sign(parameter) * task.l1;
                memory.gradients[offset + i] = gradient;
                sums[LAYERS + 1] += parameter * parameter * (task.l2 / 2) + fabs(parameter) * task.l1;
            }
            sums[layer] += gradient * gradient;
            sums[LAYERS] += parameter * parameter;
        }
        offset += all;
    }
    sums[LAYERS + 2] = loss;
    block_sums(sums, memory.scratch);
    real norm = 0;
    for (int layer = 0; layer < LAYERS; ++layer) norm += sums[layer];
    if (threadIdx.x == 0) {
        record[0] = sums[LAYERS + 2];
        record[runs] = sums[LAYERS];
        for (int layer = 0; layer < LAYERS; ++layer) record[(2 + layer) * runs] = sums[layer];
        if (PENALTY) record[(2 + LAYERS) * runs] = sums[LAYERS + 2] + sums[LAYERS + 1];
    }
    return CLIP ? smallest(task.clip / sqrt(norm), 1) : real(1);
}

// parameters (r, P), state0 and state1 (r, P) are changed; records (steps, 2 + LAYERS [+ 1], r) are written.
extern "C" __global__ void __launch_bounds__(THREADS)
train(real* parameters, real* state0, real* state1, real* records, const real* inputs, const long long* labels,
      const real* numbers, const long long* order, const int* stream, const int* loss, const real* loss_hyper,
      const real* scale, const real* class_weights, const double* hyper, const real* rates, const real* factors,
      int epochs, int count, int size, long long first_step, long long began, int steps,
      real l1, real l2, real clip) {
    extern __shared__ real shared_memory[];
    const Task task = {inputs, labels, numbers, order, stream, loss, loss_hyper, scale, class_weights, hyper,
                       rates, factors, epochs, count, size, first_step, began, steps, l1, l2, clip};
    const Memory memory(shared_memory);
    const int run = blockIdx.x, runs = gridDim.x, recorded = 2 + LAYERS + PENALTY;
    const long long mine = (long long)run * PARAMETERS;
    real* const states[] = {state0, state1};

    for (int i = threadIdx.x; i < PARAMETERS; i += THREADS) {
        memory.parameters[i] = parameters[mine + i];
        for (int slot = 0; slot < SLOTS; ++slot) memory.state[slot][i] = states[slot][mine + i];
    }
    for (int layer = 1; layer < LAYERS; ++layer)
        for (int b = threadIdx.x; b < TILE; b += THREADS)
            memory.post[layer][b * LEAD(width_of(layer)) + width_of(layer)] = 1;

    const int batches = (count + size - 1) / size;
    for (int t = 0; t < steps; ++t) {
        const long long step = first_step + t, epoch = step / batches;
        const int start = int(step % batches) * size, length = fewer(size, count - start);
        const long long* rows = order + ((long long)stream[run] * epochs + epoch % epochs) * count + start;
        const real share = scale[run] * (real(1) / length);
        if (threadIdx.x == 0)
            step_constants(hyper + run * HYPER, double(rates[run] * factors[t]), double(step + 1 - began),
                           memory.constants);
        real total = 0;
        for (int first = 0; first < length; first += TILE) {
            const int tile = fewer(TILE, length - first);
            load_rows(task, memory, rows + first, tile);
            __syncthreads();
            forward(memory, tile);
            total += losses(task, memory, rows + first, tile, share);
            backward(memory, tile, first > 0);
        }
        const real kept = finish(task, memory, total * share, records + (long long)t * recorded * runs + run, runs);
        for (int i = threadIdx.x; i < PARAMETERS; i += THREADS)
            memory.parameters[i] = update(memory.parameters[i], CLIP ? memory.gradients[i] * kept : memory.gradients[i],
                                          memory.state, i, memory.constants);
        __syncthreads();
    }
    for (int i = threadIdx.x; i < PARAMETERS; i += THREADS) {
        parameters[mine + i] = memory.parameters[i];
        for (int slot = 0; slot < SLOTS; ++slot) states[slot][mine + i] = memory.state[slot][i];
    }
}
