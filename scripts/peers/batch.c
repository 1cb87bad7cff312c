/* A net of ReLU units and a softmax in mini-batches, f32, by hand: products in blocks of registers.
   Weights are held sending x receiving, outputs padded to sixteen. */
#include "vector.h"

enum { OUT = FLOATS };

/* C (rows x columns) += A B with A(r, k) = a[r * a_row + k * a_term]: R rows of V registers are held while the terms go by. */
#define UNROLLED _Pragma("GCC unroll 16") for
INLINE void block(const int R, const int V, int terms, const float *a, long a_row, long a_term, const float *b, long b_row, float *c,
                  long c_row)
{
    f32s sum[16][4]; /* R x V of it: an array of variable size would stay in memory */
    UNROLLED (int r = 0; r < R; r++) UNROLLED (int v = 0; v < V; v++) sum[r][v] = *(f32s_loose *)(c + r * c_row + v * FLOATS);
    for (int k = 0; k < terms; k++) {
        f32s row[4];
        UNROLLED (int v = 0; v < V; v++) row[v] = *(const f32s_loose *)(b + k * b_row + v * FLOATS);
        UNROLLED (int r = 0; r < R; r++) UNROLLED (int v = 0; v < V; v++) sum[r][v] += a[r * a_row + k * a_term] * row[v];
    }
    UNROLLED (int r = 0; r < R; r++) UNROLLED (int v = 0; v < V; v++) *(f32s_loose *)(c + r * c_row + v * FLOATS) = sum[r][v];
}

/* Panels of B as wide as a block are copied side by side, so many terms that they stay in the nearest cache. */
static void product(int rows, int columns, int terms, const float *a, long a_row, long a_term, const float *b, float *c)
{
    enum { TERMS = 96, WIDE = 4 * FLOATS };
    static float panel[TERMS * WIDE] __attribute__((aligned(64)));
    for (int j = 0; j < columns;) {
        const int V = columns - j >= WIDE ? 4 : columns - j >= 2 * FLOATS ? 2 : 1, width = V * FLOATS;
        for (int first = 0; first < terms; first += TERMS) {
            const int some = terms - first < TERMS ? terms - first : TERMS;
            const float *A = a + first * a_term;
            float *C = c + j;
            for (int k = 0; k < some; k++) memcpy(panel + k * width, b + (long)(first + k) * columns + j, 4 * width);
            int i = 0;
#define ROWS(R, V) for (; i + R <= rows; i += R) block(R, V, some, A + i * a_row, a_row, a_term, panel, width, C + (long)i * columns, columns)
            if (V == 4) { ROWS(6, 4); ROWS(4, 4); ROWS(1, 4); }
            else if (V == 2) { ROWS(8, 2); ROWS(1, 2); }
            else { ROWS(16, 1); ROWS(8, 1); ROWS(1, 1); }
        }
        j += width;
    }
}

/* Work space: 2 batch x hidden + 2 batch x OUT + OUT x hidden floats. */
void batch_net(int inputs, int hidden, int classes, int batch, int patterns, float *W1, float *b1, float *W2, float *b2, const float *xs,
               const float *ts, float rate, long epochs, float *space)
{
    float *h = space, *below = h + batch * hidden, *z = below + batch * hidden, *delta = z + batch * OUT, *W2t = delta + batch * OUT;
    const float step = rate / batch;
    for (long e = 0; e < epochs; e++)
        for (int p = 0; p < patterns; p += batch) {
            const float *x = xs + (long)p * inputs, *t = ts + (long)p * OUT;
            for (int i = 0; i < batch; i++) memcpy(h + i * hidden, b1, 4 * hidden), memcpy(z + i * OUT, b2, 4 * OUT);
            product(batch, hidden, inputs, x, inputs, 1, W1, h);
            for (int i = 0; i < batch * hidden; i++) h[i] = h[i] > 0 ? h[i] : 0;
            product(batch, OUT, hidden, h, hidden, 1, W2, z);
            for (int i = 0; i < batch; i++) {
                f32s net = *(f32s_loose *)(z + i * OUT), y;
                float top = net[0], sum = 0;
                for (int j = 1; j < classes; j++) top = net[j] > top ? net[j] : top;
                for (int j = 0; j < OUT; j++) net[j] = net[j] - top > -80 ? net[j] - top : -80;
                y = exp_f32s(net);
                for (int j = classes; j < OUT; j++) y[j] = 0;
                for (int j = 0; j < classes; j++) sum += y[j];
                *(f32s_loose *)(delta + i * OUT) = step * (*(const f32s_loose *)(t + i * OUT) - y / sum);
            }
            for (int i = 0; i < hidden; i++) for (int j = 0; j < OUT; j++) W2t[j * hidden + i] = W2[i * OUT + j];
            memset(below, 0, 4 * batch * hidden);
            product(batch, hidden, classes, delta, OUT, 1, W2t, below);
            for (int i = 0; i < batch * hidden; i++) below[i] = h[i] > 0 ? below[i] : 0;
            product(hidden, OUT, batch, h, 1, hidden, delta, W2);
            product(inputs, hidden, batch, x, 1, inputs, below, W1);
            for (int i = 0; i < batch; i++) {
                for (int j = 0; j < OUT; j++) b2[j] += delta[i * OUT + j];
                for (int j = 0; j < hidden; j++) b1[j] += below[i * hidden + j];
            }
        }
}
