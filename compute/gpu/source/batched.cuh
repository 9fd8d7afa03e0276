// What lies between the matrix products of larger nets: a few kernels a step over all runs at once. Blocks
// of one run have its number in blockIdx.x. Sums over a run are made in two stages, each in a fixed order.

__device__ inline int width_of(int layer) {
    const int widths[] = {WIDTHS};
    return widths[layer];
}

// Rows of the inputs (S n, D + 1) that each stream's batch is made of, to `batch` (streams, rows, D + 1).
extern "C" __global__ void __launch_bounds__(THREADS)
gather(const real* inputs, const long long* order, const int* stream, real* batch, int epochs, int count, int place,
       int start, int rows) {
    const int width = width_of(0) + 1, mine = blockIdx.x;
    const long long* from = order + ((long long)stream[mine] * epochs + place) * count + start;
    real* const to = batch + (long long)mine * rows * width;
    for (int i = blockIdx.y * THREADS + threadIdx.x; i < rows * width; i += gridDim.y * THREADS)
        to[i] = inputs[from[i / width] * width + i % width];
}

// Add the biases of a layer (those of a run `bias` after its first parameter, none below 0) and activate.
// `z` and `a` are (r, rows, width) and may be the same.
extern "C" __global__ void __launch_bounds__(THREADS)
activate(real* z, real* a, const real* parameters, int bias, int rows, int width) {
    const long long first = (long long)blockIdx.x * rows * width;
    const real* const biases = parameters + (long long)blockIdx.x * PARAMETERS + bias;
    for (int i = blockIdx.y * THREADS + threadIdx.x; i < rows * width; i += gridDim.y * THREADS) {
        const real sum = bias < 0 ? z[first + i] : z[first + i] + biases[i % width];
        if (KEEPS_INPUT) z[first + i] = sum;
        a[first + i] = activation(sum);
    }
}

// Turn gradients with respect to activations into those before the activation; `from` is what the
// derivative follows from. Both (r, rows, width).
extern "C" __global__ void __launch_bounds__(THREADS)
through_activation(real* slopes, const real* from, int rows, int width) {
    const long long first = (long long)blockIdx.x * rows * width;
    for (int i = blockIdx.y * THREADS + threadIdx.x; i < rows * width; i += gridDim.y * THREADS)
        slopes[first + i] *= activation_slope(from[first + i]);
}

// Loss of every row of a piece of the batch and its gradient with respect to `outputs` (r, rows, OUTPUTS),
// to which biases are added as in `activate`. `parts` (r, stride) takes the sum of each block, from `part` on.
extern "C" __global__ void __launch_bounds__(THREADS)
losses(real* outputs, real* slopes, const real* parameters, real* parts, const long long* labels, const real* numbers,
       const long long* order, const int* stream, const int* loss, const real* loss_hyper, const real* scale,
       const real* class_weights, int epochs, int count, int place, int start, int rows, int length, int bias,
       int part, int stride) {
    extern __shared__ real shared_memory[];
    const int run = blockIdx.x;
    const long long first = (long long)run * rows * OUTPUTS;
    const long long* const from = order + ((long long)stream[run] * epochs + place) * count + start;
    const real* const biases = parameters + (long long)run * PARAMETERS + bias;
    const real share = scale[run] * (real(1) / length);
    real total[1] = {0};
    Row row;
    row.lane = threadIdx.x % LANES;
    row.weights = class_weights ? class_weights + run * OUTPUTS : 0;
    for (int b = (blockIdx.y * THREADS + threadIdx.x) / LANES; b < rows; b += gridDim.y * THREADS / LANES) {
        real* const z = outputs + first + (long long)b * OUTPUTS;
        if (bias >= 0) {
            EACH_OUTPUT(k) z[k] += biases[k];
            __syncwarp(row_mask());
        }
        row.z = z;
        row.gradient = slopes + first + (long long)b * OUTPUTS;
        row.numbers = CLASSES ? 0 : numbers + from[b] * TARGETS;
        row.label = CLASSES ? int(labels[from[b]]) : 0;
        const real value = loss_of_row(loss[run], row, loss_hyper + run * LOSS_HYPER);
        if (row.lane == 0) total[0] += value;
        __syncwarp(row_mask());
        EACH_OUTPUT(k) row.gradient[k] *= share;
    }
    block_sums(total, shared_memory);
    if (threadIdx.x == 0) parts[(long long)run * stride + part + blockIdx.y] = total[0] * share;
}

// Add the penalty to the gradients, and sum up for each block: squared gradients of each layer, squared
// parameters, and the penalty. `sums` is (r, blocks, LAYERS + 2).
extern "C" __global__ void __launch_bounds__(THREADS)
norms(const real* parameters, real* gradients, real* sums, real l1, real l2) {
    extern __shared__ real shared_memory[];
    const long long mine = (long long)blockIdx.x * PARAMETERS;
    real found[LAYERS + 2];
    for (int i = 0; i < LAYERS + 2; ++i) found[i] = 0;
    int offset = 0;
#pragma unroll
    for (int layer = 0; layer < LAYERS; ++layer) {
        const int weights = width_of(layer) * width_of(layer + 1), all = weights + width_of(layer + 1);
        for (int i = blockIdx.y * THREADS + threadIdx.x; i < all; i += gridDim.y * THREADS) {
            const real parameter = parameters[mine + offset + i];
            real gradient = gradients[mine + offset + i];
            if (PENALTY && i < weights) {
                gradient += parameter * l2;
                gradient += sign(parameter) * l1;
                gradients[mine + offset + i] = gradient;
                found[LAYERS + 1] += parameter * parameter * (l2 / 2) + fabs(parameter) * l1;
            }
            found[layer] += gradient * gradient;
            found[LAYERS] += parameter * parameter;
        }
        offset += all;
    }
    block_sums(found, shared_memory);
    if (threadIdx.x == 0)
        for (int i = 0; i < LAYERS + 2; ++i)
            sums[((long long)blockIdx.x * gridDim.y + blockIdx.y) * (LAYERS + 2) + i] = found[i];
}

// Record the step, clip the gradients and update the parameters. `parts` (r, stride) holds `used` sums of
// the loss, `sums` what `norms` left; `record` is a row (2 + LAYERS [+ 1], r) as the persistent kernel writes it.
extern "C" __global__ void __launch_bounds__(THREADS)
finish_step(real* parameters, const real* gradients, real* state0, real* state1, real* record, const real* parts,
     const real* sums, const double* hyper, const real* rates, real factor, long long updates, real clip, int used,
     int stride) {
    extern __shared__ real shared_memory[];
    const int run = blockIdx.x, runs = gridDim.x, blocks = gridDim.y;
    real total[LAYERS + 2], norm = 0;
#pragma unroll
    for (int i = 0; i < LAYERS + 2; ++i) {
        total[i] = 0;
        for (int block = 0; block < blocks; ++block)
            total[i] += sums[((long long)run * blocks + block) * (LAYERS + 2) + i];
        if (i < LAYERS) norm += total[i];
    }
    if (threadIdx.x == 0) {
        step_constants(hyper + run * HYPER, double(rates[run] * factor), double(updates), shared_memory);
        if (blockIdx.y == 0) {
            real loss = 0;
            for (int part = 0; part < used; ++part) loss += parts[(long long)run * stride + part];
            record[run] = loss;
            record[runs + run] = total[LAYERS];
            for (int layer = 0; layer < LAYERS; ++layer) record[(2 + layer) * runs + run] = total[layer];
            if (PENALTY) record[(2 + LAYERS) * runs + run] = loss + total[LAYERS + 1];
        }
    }
    __syncthreads();
    const real kept = CLIP ? smallest(clip / sqrt(norm), 1) : real(1);
    real* const state[] = {state0, state1};
    for (int i = blockIdx.y * THREADS + threadIdx.x; i < PARAMETERS; i += gridDim.y * THREADS) {
        const long long at = (long long)run * PARAMETERS + i;
        parameters[at] = update(parameters[at], CLIP ? gradients[at] * kept : gradients[at], state, at, shared_memory);
    }
}
