/* Small nets by hand, their sizes known when compiled: one network, or eight times K runs side by side in registers.
   Weights: for each layer W (receiving x sending, for SIMD lanes one register block per weight), then b. */
#include <math.h>
#include "vector.h"

#define MOST_UNITS 32
#define MOST_LAYERS 11
#define FEW 8
#define MOST_REGISTERS 4 /* arrays of a fixed size can become registers */

/* ---- One network ---- */

INLINE double logistic(double x) { return 1 / (1 + exp(-x)); }

/* Inner loops go over receiving units, so weights are held sending x receiving while they learn. */
INLINE void online(const int layers, const int *n, double *weights, const double *inputs, const double *targets, int patterns,
                   double rate, long epochs)
{
    double W[MOST_LAYERS - 1][MOST_UNITS * MOST_UNITS], b[MOST_LAYERS - 1][MOST_UNITS];
    double y[MOST_LAYERS][MOST_UNITS], delta[MOST_LAYERS][MOST_UNITS];
    double *from = weights;
    for (int k = 0; k < layers; k++) {
        for (int j = 0; j < n[k + 1]; j++) for (int i = 0; i < n[k]; i++) W[k][i * n[k + 1] + j] = *from++;
        for (int j = 0; j < n[k + 1]; j++) b[k][j] = *from++;
    }
    for (long e = 0; e < epochs; e++)
        for (int p = 0; p < patterns; p++) {
            for (int i = 0; i < n[0]; i++) y[0][i] = inputs[p * n[0] + i];
            for (int k = 0; k < layers; k++) {
                double net[MOST_UNITS];
                for (int j = 0; j < n[k + 1]; j++) net[j] = b[k][j];
                for (int i = 0; i < n[k]; i++)
                    for (int j = 0; j < n[k + 1]; j++) net[j] += W[k][i * n[k + 1] + j] * y[k][i];
                for (int j = 0; j < n[k + 1]; j++) y[k + 1][j] = logistic(net[j]);
            }
            for (int j = 0; j < n[layers]; j++) {
                double z = y[layers][j];
                delta[layers][j] = (targets[p * n[layers] + j] - z) * z * (1 - z);
            }
            for (int k = layers - 1; k >= 0; k--) {
                for (int i = 0; i < n[k]; i++) {
                    double *w = W[k] + i * n[k + 1], step = rate * y[k][i];
                    if (k > 0) {
                        double sum = 0;
                        #pragma omp simd reduction(+ : sum)
                        for (int j = 0; j < n[k + 1]; j++) sum += w[j] * delta[k + 1][j];
                        delta[k][i] = sum * y[k][i] * (1 - y[k][i]);
                    }
                    for (int j = 0; j < n[k + 1]; j++) w[j] += step * delta[k + 1][j];
                }
                for (int j = 0; j < n[k + 1]; j++) b[k][j] += rate * delta[k + 1][j];
            }
        }
    from = weights;
    for (int k = 0; k < layers; k++) {
        for (int j = 0; j < n[k + 1]; j++) for (int i = 0; i < n[k]; i++) *from++ = W[k][i * n[k + 1] + j];
        for (int j = 0; j < n[k + 1]; j++) *from++ = b[k][j];
    }
}

/* A 2-4-1 net of CHL. While the output is clamped, what the hidden units move towards stays: it is found once. */
void chl_one(double *w, const double *inputs, const double *targets, int patterns, double rate, double dt, int steps, long epochs)
{
    double *Wh = w, *bh = w + 8, *Wo = w + 12, *bo = w + 16;
    for (long e = 0; e < epochs; e++)
        for (int p = 0; p < patterns; p++) {
            const double *x = inputs + 2 * p;
            double t = targets[p], fed[4], h[4] = {0}, plus[4], o = 0;
            for (int j = 0; j < 4; j++) fed[j] = Wh[2 * j] * x[0] + Wh[2 * j + 1] * x[1] + bh[j];
            for (int s = 0; s < steps; s++) {
                double net = *bo, to[4];
                for (int j = 0; j < 4; j++) net += Wo[j] * h[j];
                for (int j = 0; j < 4; j++) to[j] = logistic(fed[j] + Wo[j] * o);
                for (int j = 0; j < 4; j++) h[j] += dt * (to[j] - h[j]);
                o += dt * (logistic(net) - o);
            }
            double to[4];
            for (int j = 0; j < 4; j++) plus[j] = h[j], to[j] = logistic(fed[j] + Wo[j] * t);
            for (int s = 0; s < steps; s++)
                for (int j = 0; j < 4; j++) plus[j] += dt * (to[j] - plus[j]);
            for (int j = 0; j < 4; j++) {
                double step = rate * (plus[j] - h[j]);
                Wh[2 * j] += step * x[0];
                Wh[2 * j + 1] += step * x[1];
                bh[j] += step;
                Wo[j] += rate * (t * plus[j] - o * h[j]);
            }
            *bo += rate * (t - o);
        }
}

void rescorla_wagner_one(double *restrict v, const unsigned char *restrict cues, const double *restrict outcomes, long trials,
                         double rate, long epochs)
{
    for (long e = 0; e < epochs; e++)
        for (long p = 0; p < trials; p++) {
            double sum = 0;
            for (int i = 0; i < 10; i++) sum += cues[10 * p + i] * v[i];
            double step = rate * (outcomes[p] - sum);
            for (int i = 0; i < 10; i++) v[i] += step * cues[10 * p + i];
        }
}

/* Cues as doubles, in rows of two registers; v likewise. */
void rescorla_wagner_registers(double *v, const double *cues, const double *outcomes, long trials, double rate, long epochs)
{
    f64s low, high;
    memcpy(&low, v, 64);
    memcpy(&high, v + 8, 64);
    for (long e = 0; e < epochs; e++)
        for (long p = 0; p < trials; p++) {
            f64s x = *(const f64s *)(cues + 16 * p), z = *(const f64s *)(cues + 16 * p + 8), m = low * x + high * z;
            double step = rate * (outcomes[p] - (((m[0] + m[4]) + (m[2] + m[6])) + ((m[1] + m[5]) + (m[3] + m[7]))));
            low += step * x;
            high += step * z;
        }
    memcpy(v, &low, 64);
    memcpy(v + 8, &high, 64);
}

/* ---- Runs in lanes: K registers a number ---- */

#define LANES for (int v = 0; v < K; v++)

INLINE void online_lanes(const int K, const int layers, const int *n, f64s *restrict weights, const double *inputs,
                         const double *targets, int patterns, double rate, long epochs)
{
    f64s y[MOST_LAYERS][MOST_UNITS][K], delta[MOST_LAYERS][MOST_UNITS][K];
    f64s *W[MOST_LAYERS], *b[MOST_LAYERS];
    for (int k = 0; k < layers; k++) {
        W[k] = weights;
        b[k] = W[k] + n[k] * n[k + 1] * K;
        weights = b[k] + n[k + 1] * K;
    }
    for (long e = 0; e < epochs; e++)
        for (int p = 0; p < patterns; p++) {
            for (int i = 0; i < n[0]; i++) LANES y[0][i][v] = (f64s){} + inputs[p * n[0] + i];
            for (int k = 0; k < layers; k++)
                for (int j = 0; j < n[k + 1]; j++) {
                    f64s net[MOST_REGISTERS];
                    LANES net[v] = b[k][j * K + v];
                    for (int i = 0; i < n[k]; i++) LANES net[v] += W[k][(j * n[k] + i) * K + v] * y[k][i][v];
                    LANES y[k + 1][j][v] = logistic_f64s(net[v]);
                }
            for (int j = 0; j < n[layers]; j++)
                LANES {
                    f64s z = y[layers][j][v];
                    delta[layers][j][v] = (targets[p * n[layers] + j] - z) * z * (1 - z);
                }
            for (int k = layers - 1; k >= 0; k--) {
                if (n[k] > FEW) { /* weights in the order of memory, sums in the nearest cache */
                    f64s step[MOST_UNITS][K];
                    for (int i = 0; i < n[k]; i++) LANES step[i][v] = rate * y[k][i][v], delta[k][i][v] = (f64s){};
                    for (int j = 0; j < n[k + 1]; j++)
                        for (int i = 0; i < n[k]; i++)
                            LANES {
                                f64s *w = W[k] + (j * n[k] + i) * K + v, d = delta[k + 1][j][v];
                                delta[k][i][v] += *w * d;
                                *w += step[i][v] * d;
                            }
                    for (int i = 0; i < n[k]; i++) LANES delta[k][i][v] *= y[k][i][v] * (1 - y[k][i][v]);
                } else /* unit by unit, the sums in registers */
                    for (int i = 0; i < n[k]; i++) {
                        f64s sum[MOST_REGISTERS], step[MOST_REGISTERS];
                        LANES sum[v] = (f64s){}, step[v] = rate * y[k][i][v];
                        for (int j = 0; j < n[k + 1]; j++)
                            LANES {
                                f64s *w = W[k] + (j * n[k] + i) * K + v, d = delta[k + 1][j][v];
                                sum[v] += *w * d;
                                *w += step[v] * d;
                            }
                        if (k > 0) LANES delta[k][i][v] = sum[v] * y[k][i][v] * (1 - y[k][i][v]);
                    }
                for (int j = 0; j < n[k + 1]; j++) LANES b[k][j * K + v] += rate * delta[k + 1][j][v];
            }
        }
}

void chl_lanes(double *weights, const double *inputs, const double *targets, int patterns, double rate, double dt, int steps,
               long epochs)
{
    f64s *Wh = (f64s *)weights, *bh = Wh + 8, *Wo = Wh + 12, *bo = Wh + 16;
    for (long e = 0; e < epochs; e++)
        for (int p = 0; p < patterns; p++) {
            const double *x = inputs + 2 * p;
            f64s t = (f64s){} + targets[p], fed[4], h[4] = {}, plus[4], o = {};
            for (int j = 0; j < 4; j++) fed[j] = Wh[2 * j] * x[0] + Wh[2 * j + 1] * x[1] + bh[j];
            for (int s = 0; s < steps; s++) {
                f64s net = *bo, to[4];
                for (int j = 0; j < 4; j++) net += Wo[j] * h[j];
                for (int j = 0; j < 4; j++) to[j] = logistic_f64s(fed[j] + Wo[j] * o);
                for (int j = 0; j < 4; j++) h[j] += dt * (to[j] - h[j]);
                o += dt * (logistic_f64s(net) - o);
            }
            f64s to[4];
            for (int j = 0; j < 4; j++) plus[j] = h[j], to[j] = logistic_f64s(fed[j] + Wo[j] * t);
            for (int s = 0; s < steps; s++)
                for (int j = 0; j < 4; j++) plus[j] += dt * (to[j] - plus[j]);
            for (int j = 0; j < 4; j++) {
                f64s step = rate * (plus[j] - h[j]);
                Wh[2 * j] += step * x[0];
                Wh[2 * j + 1] += step * x[1];
                bh[j] += step;
                Wo[j] += rate * (t * plus[j] - o * h[j]);
            }
            *bo += rate * (t - o);
        }
}

/* 32 runs: the strengths of four registers of runs for each of ten cues; absent cues are skipped. */
void rescorla_wagner_lanes(double *strengths, const unsigned char *cues, const double *outcomes, long trials, double rate, long epochs)
{
    enum { K = 4 };
    f64s(*V)[K] = (f64s(*)[K])strengths;
    for (long e = 0; e < epochs; e++)
        for (long p = 0; p < trials; p++) {
            const unsigned char *x = cues + 10 * p;
            f64s error[K];
            LANES error[v] = (f64s){} + outcomes[p];
            for (int i = 0; i < 10; i++) LANES error[v] -= (double)x[i] * V[i][v];
            for (int i = 0; i < 10; i++) LANES V[i][v] += (rate * x[i]) * error[v];
        }
}

#define NET(NAME, K, LAYERS, ...)                                                                                           \
    void NAME##_one(double *w, const double *inputs, const double *targets, int patterns, double rate, long epochs)         \
    {                                                                                                                       \
        const int n[] = {__VA_ARGS__};                                                                                      \
        online(LAYERS, n, w, inputs, targets, patterns, rate, epochs);                                                      \
    }                                                                                                                       \
    void NAME##_lanes(double *w, const double *inputs, const double *targets, int patterns, double rate, long epochs)       \
    {                                                                                                                       \
        const int n[] = {__VA_ARGS__};                                                                                      \
        online_lanes(K, LAYERS, n, (f64s *)w, inputs, targets, patterns, rate, epochs);                                     \
    }
NET(W1, 4, 2, 2, 4, 1)
NET(W2, 4, 2, 8, 3, 8)
NET(W7, 1, 10, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32)
