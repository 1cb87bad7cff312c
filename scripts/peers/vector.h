/* Registers of eight doubles or sixteen floats (GCC's vector extension; smaller machines split them), and exp of each.
   exp x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2; e^r by its Taylor series, 2^n in the exponent's bits. For |x| <= 700
   (f64), 80 (f32): more does not happen here. */
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef double f64s __attribute__((vector_size(64)));
typedef int64_t i64s __attribute__((vector_size(64)));
typedef float f32s __attribute__((vector_size(64)));
typedef float f32s_loose __attribute__((vector_size(64), aligned(4)));
typedef int32_t i32s __attribute__((vector_size(64)));
enum { DOUBLES = 8, FLOATS = 16 };

INLINE f64s exp_f64s(f64s x)
{
    const double round = 0x1.8p52;
    f64s shifted = x * 0x1.71547652b82fep0 + round, n = shifted - round;
    f64s r = (x - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45;
    f64s r2 = r * r, r4 = r2 * r2;
    f64s low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    f64s middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    f64s high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800)) + r4 * (1.0 / 479001600);
    return (f64s)((i64s)(low + r4 * (middle + r4 * high)) + ((i64s)shifted << 52));
}

INLINE f64s logistic_f64s(f64s x) { return 1.0 / (1.0 + exp_f64s(-x)); }

INLINE f32s exp_f32s(f32s x)
{
    const float round = 0x1.8p23f;
    f32s shifted = x * 0x1.715476p0f + round, n = shifted - round;
    f32s r = (x - n * 0x1.62e4p-1f) - n * 0x1.7f7d1cp-20f;
    f32s r2 = r * r;
    f32s p = (1 + r) + r2 * ((1.0f / 2 + r * (1.0f / 6)) + r2 * ((1.0f / 24 + r * (1.0f / 120)) + r2 * (1.0f / 720 + r * (1.0f / 5040))));
    return (f32s)((i32s)p + ((i32s)shifted << 23));
}
