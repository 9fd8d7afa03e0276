// Products of small matrices in shared memory by the threads of a block.
//
// All widths are rounded up to fours, so that numbers are fetched four at a time and no product has an edge.
// Rows are LEAD(width) apart, an odd number of fours: eight threads that read the same place of neighbouring
// rows meet different banks. What bounds a product is how fast shared memory hands out fours: 2 cycles a warp
// where neighbouring threads want the same, else 4 (measured on an H200).

#define MOST_DOWN 8
#define MOST_WIDE 8
#define WAIT_COST 60  // cycles of waiting for what is fetched, if a scheduler has nothing else to do
constexpr int UNROLL = 2;  // more costs registers, less waits longer

#define PAD(width) (((width) + 3) / 4 * 4)
#define LEAD(width) ((PAD(width) / 4 | 1) * 4)

struct alignas(16) Four { real at[4]; };
__device__ inline Four& four(real* at) { return *reinterpret_cast<Four*>(at); }
__device__ inline const Four& four(const real* at) { return *reinterpret_cast<const Four*>(at); }

__device__ constexpr int width_of(int layer) {
    const int widths[] = {WIDTHS};
    return widths[layer];
}
// Numbers of a layer, weights row by row and then biases, as they lie in shared memory.
__device__ constexpr int weights_of(int layer) { return PAD(width_of(layer - 1)) * PAD(width_of(layer)); }
__device__ constexpr int size_of(int layer) { return weights_of(layer) + PAD(width_of(layer)); }
__device__ constexpr int offset_of(int layer) {
    int offset = 0;
    for (int below = 1; below < layer; ++below) offset += size_of(below);
    return offset;
}
constexpr int PADDED = offset_of(LAYERS + 1);

// How a product is shared out: a thread makes DOWN x WIDE elements, of SPLIT threads each for a part of the depth.
struct Cut { int down, wide, split; };

// About how many cycles a multiprocessor takes for a product that is shared out like that. Fours of the left
// factor take 2 cycles a warp, since neighbouring threads want the same; those of the right one take 4.
__device__ constexpr long cost_of(int rows, int columns, int depth, Cut cut) {
    const long workers = long(rows / cut.down) * (columns / cut.wide) * cut.split;
    const long rounds = (workers + THREADS - 1) / THREADS;
    const long warps = ((workers < THREADS ? workers : THREADS) + 31) / 32, each = (warps + 3) / 4;
    const long turns = (depth / 4 + cut.split - 1) / cut.split, elements = cut.down * cut.wide;
    const long made = each * 4 * elements, fetched = warps * (2 * cut.down + 4 * cut.wide);
    long moved = 0, kept = elements;
    for (int split = cut.split; split > 1; split /= 2) {
        if (kept > cut.wide) kept /= 2;
        moved += 4 * kept + 20;
    }
    return rounds * (turns * ((made > fetched ? made : fetched) + WAIT_COST / each) + moved * warps + 100);
}
__device__ constexpr Cut cut_of(int rows, int columns, int depth) {
    Cut best = {1, 4, 1};
    for (int down = 1; down <= MOST_DOWN; down *= 2)
        for (int wide = 4; wide <= MOST_WIDE; wide *= 2)
            for (int split = 1; split <= 16; split *= 2)
                if (rows % down == 0 && columns % wide == 0 && depth >= split * 4 &&
                    cost_of(rows, columns, depth, {down, wide, split}) < cost_of(rows, columns, depth, best))
                    best = {down, wide, split};
    return best;
}

// Which of TOTAL rows or columns a thread's i-th of COUNT is: ALONG the depth, neighbouring threads have
// neighbours; else a thread has fours of neighbours.
template <bool ALONG, int COUNT, int TOTAL>
__device__ inline int place_of(int group, int i) {
    if (ALONG) return group + i * (TOTAL / COUNT);
    if (COUNT < 4) return group * COUNT + i;
    return i / 4 * (TOTAL / COUNT * 4) + group * 4 + i % 4;
}

// COUNT of a factor's TOTAL rows or columns at four neighbouring depths. ALONG: neighbours in memory are
// neighbours along the depth.
template <bool ALONG, int COUNT, int TOTAL>
__device__ inline void fetch(real (&to)[4][COUNT], const real* from, int lead, int group, int depth) {
    if constexpr (ALONG) {
#pragma unroll
        for (int i = 0; i < COUNT; ++i) {
            const Four found = four(from + place_of<ALONG, COUNT, TOTAL>(group, i) * lead + depth);
#pragma unroll
            for (int q = 0; q < 4; ++q) to[q][i] = found.at[q];
        }
    } else {
#pragma unroll
        for (int q = 0; q < 4; ++q) {
            const real* const at = from + (depth + q) * lead;
            if constexpr (COUNT % 4 == 0) {
#pragma unroll
                for (int i = 0; i < COUNT; i += 4) {
                    const Four found = four(at + place_of<ALONG, COUNT, TOTAL>(group, i));
#pragma unroll
                    for (int j = 0; j < 4; ++j) to[q][i + j] = found.at[j];
                }
            } else {
#pragma unroll
                for (int i = 0; i < COUNT; ++i) to[q][i] = at[group * COUNT + i];
            }
        }
    }
}

// Add what a thread and its partner at a distance have: each keeps the sums of one half of the rows, or both
// all where there is only one.
template <int ROWS, int DOWN, int WIDE>
__device__ inline void add_partner(real (&sum)[DOWN][WIDE], int offset, bool upper) {
    constexpr int KEPT = ROWS > 1 ? ROWS / 2 : 1;
#pragma unroll
    for (int i = 0; i < KEPT; ++i)
#pragma unroll
        for (int j = 0; j < WIDE; ++j) {
            const real low = sum[i][j], high = sum[ROWS > 1 ? i + KEPT : i][j];
            sum[i][j] = (upper ? high : low) + __shfl_xor_sync(0xffffffffu, upper ? low : high, offset, 32);
        }
}

// C(m, n) = sum over k of a(m, k) b(k, n), m < ROWS, n < COLUMNS, k < DEPTH, all multiples of 4. `begin` gives
// where a column's sums begin; `write` is handed row, column and sums of four columns: neighbours, or `apart`
// from each other where the right factor lies ALONG. `more` is handed column and sum over k of b(k, n), where
// SUMS are wanted.
template <int ROWS, int COLUMNS, int DEPTH, bool LEFT_ALONG, bool RIGHT_ALONG, bool SUMS, class Begin, class Write,
          class More>
__device__ inline void product(const real* left, int left_lead, const real* right, int right_lead, Begin begin,
                               Write write, More more) {
    constexpr Cut CUT = cut_of(ROWS, COLUMNS, DEPTH);
    constexpr int DOWN = CUT.down, WIDE = CUT.wide, SPLIT = CUT.split;
    constexpr int HIGH = ROWS / DOWN, ABREAST = COLUMNS / WIDE, TILES = HIGH * ABREAST;
    constexpr int AT_ONCE = THREADS / SPLIT, ROUNDS = (TILES + AT_ONCE - 1) / AT_ONCE;
    // neighbouring threads work on neighbouring columns of the same rows; the parts of the depth lie beside that
    constexpr int GROUP = 32 / SPLIT;
    const int lane = threadIdx.x % 32, part = lane / GROUP, place = threadIdx.x / 32 * GROUP + lane % GROUP;
#pragma unroll 1
    for (int round = 0; round < ROUNDS; ++round) {
        const bool spare = TILES % AT_ONCE != 0 && round * AT_ONCE + place >= TILES;
        if (spare && (SPLIT == 1 || round * AT_ONCE + threadIdx.x / 32 * GROUP >= TILES)) return;
        const int tile = spare ? TILES - 1 : round * AT_ONCE + place;
        const int row = tile / ABREAST, column = tile % ABREAST;
        real sum[DOWN][WIDE], whole[WIDE];
#pragma unroll
        for (int j = 0; j < WIDE; ++j) {
            const real first = part == 0 ? begin(place_of<RIGHT_ALONG, WIDE, COLUMNS>(column, j)) : real(0);
            whole[j] = 0;
#pragma unroll
            for (int i = 0; i < DOWN; ++i) sum[i][j] = first;
        }
#pragma unroll UNROLL
        for (int k = part * 4; k < DEPTH; k += SPLIT * 4) {
            real a[4][DOWN], b[4][WIDE];
            fetch<LEFT_ALONG, DOWN, ROWS>(a, left, left_lead, row, k);
            fetch<RIGHT_ALONG, WIDE, COLUMNS>(b, right, right_lead, column, k);
#pragma unroll
            for (int q = 0; q < 4; ++q)
#pragma unroll
                for (int j = 0; j < WIDE; ++j) {
#pragma unroll
                    for (int i = 0; i < DOWN; ++i) sum[i][j] += a[q][i] * b[q][j];
                    if (SUMS) whole[j] += b[q][j];
                }
        }
        if constexpr (SUMS) {
#pragma unroll
            for (int j = 0; j < WIDE; ++j) {
#pragma unroll
                for (int offset = GROUP; offset < 32; offset *= 2)
                    whole[j] += __shfl_xor_sync(0xffffffffu, whole[j], offset, 32);
                if (row == 0 && part == 0 && !spare) more(place_of<RIGHT_ALONG, WIDE, COLUMNS>(column, j), whole[j]);
            }
        }
        if constexpr (SPLIT > 1) add_partner<DOWN>(sum, GROUP, part & 1);
        if constexpr (SPLIT > 2) add_partner<(DOWN > 2 ? DOWN / 2 : 1)>(sum, GROUP * 2, part & 2);
        if constexpr (SPLIT > 4) add_partner<(DOWN > 4 ? DOWN / 4 : 1)>(sum, GROUP * 4, part & 4);
        if constexpr (SPLIT > 8) add_partner<(DOWN > 8 ? DOWN / 8 : 1)>(sum, GROUP * 8, part & 8);
        // the rows that this thread kept, unless it is one of several that kept the same
        constexpr int KEPT = DOWN > SPLIT ? DOWN / SPLIT : 1;
        if (spare || (SPLIT > DOWN && part >= DOWN)) continue;
        int first = 0;
#pragma unroll
        for (int bit = 1, half = DOWN / 2; bit < SPLIT && half > 0; bit *= 2, half /= 2)
            if (part & bit) first += half;
#pragma unroll
        for (int i = 0; i < KEPT; ++i)
#pragma unroll
            for (int j = 0; j < WIDE; j += 4)
                write(place_of<LEFT_ALONG, DOWN, ROWS>(row, first + i),
                      place_of<RIGHT_ALONG, WIDE, COLUMNS>(column, j), ABREAST, &sum[i][j]);
    }
}
