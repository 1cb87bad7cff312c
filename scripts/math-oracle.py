#!/usr/bin/env python3
"""The values that deltalab-core's exp, ln, logistic, tanh and softplus are held against, from mpmath.

    pip install mpmath==1.3.0
    python scripts/math-oracle.py > crates/deltalab-core/tests/data/math.txt

One line per point, `x hi lo`, under a heading per function: x and hi are the bits of an f64, hi is the f64 nearest to
f(x), and lo is what hi lacks, in units of hi's last place, so that f(x) = hi + lo ulp(hi) with -0.5 <= lo <= 0.5. Where
f(x) is beyond the largest f64, hi is infinity and lo 0. About half of the points are also f32 numbers.
"""

import math
import random
import struct
import sys

from mpmath import mp, mpf

mp.prec = 2400  # more than 1074 + 53 bits: ln(1 + e) and tanh keep all of the smallest arguments
rng = random.Random(20261125)
LN2 = math.log(2)


def bits(x):
    return struct.pack(">d", x).hex()


def to_f32(x):
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def neighbours(x, count=1):
    """x, and the f64 and f32 numbers next to it on both sides."""
    found = [x, to_f32(x)]
    for direction in (-math.inf, math.inf):
        y = x
        for _ in range(count):
            y = math.nextafter(y, direction)
            found.append(y)
        found.append(next_f32(to_f32(x), direction))
    return found


def next_f32(x, direction):
    n = struct.unpack("<i", struct.pack("<f", x))[0]
    if x == 0:
        return math.copysign(2.0**-149, direction)
    n += 1 if (direction > x) == (x > 0) else -1
    return struct.unpack("<f", struct.pack("<i", n))[0]


def magnitudes(low, high, count, signs=(1, -1)):
    """Random mantissas, exponents spread from 2^low to 2^high."""
    for n in range(count):
        exponent = low + (high - low) * n / (count - 1)
        yield rng.choice(signs) * rng.uniform(1, 2) * 2.0 ** int(exponent)


def uniform(low, high, count):
    for _ in range(count):
        yield rng.uniform(low, high)


def reduction_edges(highest, count, step):
    """Around odd multiples of step, where the reduction passes from one k to the next."""
    for _ in range(count):
        k = 2 * rng.randrange(int(highest / step / 2)) + 1
        yield from neighbours(rng.choice((1, -1)) * k * step)


def points_exp():
    yield from magnitudes(-1074, 9, 60)
    yield from magnitudes(-30, 6, 60)
    yield from uniform(-1, 1, 60)
    yield from uniform(-745.2, 709.8, 60)
    yield from uniform(-104, 88.8, 40)
    yield from uniform(-745.2, -708.3, 40)  # subnormal f64
    yield from uniform(-104, -87.3, 40)  # subnormal f32
    yield from reduction_edges(700, 12, LN2 / 2)
    yield from reduction_edges(80, 12, LN2 / 2)
    for edge in (709.782712893384, -708.3964185322641, -745.1332191019412, 88.72283935546875, -87.33654022, -103.97208):
        yield from neighbours(edge, 2)


def points_ln():
    yield from magnitudes(-1074, 1023, 120, (1,))
    yield from magnitudes(-149, 127, 80, (1,))
    yield from uniform(0.5, 2, 80)
    for x in magnitudes(-52, -2, 80):
        yield 1 + x
    for _ in range(16):
        yield from neighbours(2.0 ** (rng.randrange(-120, 120) + 0.5))
    for n in (-1074, -1073, -1023, -1022, -149, -148, -127, -126, -1, 0, 1, 127, 1023):
        yield from neighbours(2.0**n)


def points_logistic():
    yield from magnitudes(-1074, 9, 60)
    yield from magnitudes(-30, 6, 60)
    yield from uniform(-4, 4, 90)
    yield from uniform(-709.7, 40, 60)
    yield from uniform(-709.7, -708.3, 30)
    yield from uniform(-88.7, 20, 60)
    yield from uniform(-88.7, -87.3, 30)
    yield from reduction_edges(80, 16, LN2 / 2)
    for edge in (-709.782712893384, -88.72283935546875, 36.7368005696771, 16.6355323):
        yield from neighbours(edge, 2)


def points_tanh():
    yield from magnitudes(-1074, 9, 80)
    yield from magnitudes(-30, 5, 80)
    yield from uniform(-1, 1, 100)
    yield from uniform(-20, 20, 80)
    yield from uniform(-10, 10, 40)
    yield from reduction_edges(19, 24, LN2 / 4)
    for edge in (18.714973875118524, 19.06154746539849, 20.0, 9.010913, 10.0):
        yield from neighbours(edge, 2)


def points_softplus():
    yield from magnitudes(-1074, 1023, 80)
    yield from magnitudes(-30, 9, 60)
    yield from uniform(-4, 4, 90)
    yield from uniform(-745.2, 40, 60)
    yield from uniform(-104, 20, 60)
    yield from uniform(-745.2, -708.3, 30)
    yield from uniform(-104, -87.3, 30)
    yield from reduction_edges(80, 16, LN2 / 2)
    for edge in (-745.1332191019412, -103.97208, -36.7368005696771, -16.6355323, 36.7368005696771, 16.6355323):
        yield from neighbours(edge, 2)


def one_over_one_plus_exp_minus(x):
    return 1 / (1 + mp.exp(-x))


def ln_one_plus_exp(x):
    return mp.log1p(mp.exp(x)) if x < 0 else x + mp.log1p(mp.exp(-x))


FUNCTIONS = [
    ("exp", mp.exp, points_exp),
    ("ln", mp.log, points_ln),
    ("logistic", one_over_one_plus_exp_minus, points_logistic),
    ("tanh", mp.tanh, points_tanh),
    ("softplus", ln_one_plus_exp, points_softplus),
]


def exponent(y):
    """e with 2^e <= |y| < 2^(e+1), no less than that of the smallest normal number."""
    return max(int(mp.frexp(y)[1]) - 1, -1022) if y else -1022


def nearest(y):
    """The f64 nearest to y, also where it is subnormal, and the rest in units of its last place."""
    e = exponent(y) - 52
    whole = int(mp.nint(mp.ldexp(y, -e)))
    try:
        hi = math.ldexp(whole, e)
    except OverflowError:
        return math.copysign(math.inf, y), 0.0
    return hi, float(mp.ldexp(y - mpf(hi), 52 - exponent(mpf(hi))))


def main():
    print("# mpmath, by scripts/math-oracle.py: x, hi (bits of f64), lo; f(x) = hi + lo ulp(hi)")
    for name, function, points in FUNCTIONS:
        xs = set()
        for n, x in enumerate(points()):
            xs.add(to_f32(x) if n % 2 else x)
        print(f"[{name}]")
        for x in sorted(x for x in xs if math.isfinite(x) and (x > 0 or name != "ln")):
            hi, lo = nearest(function(mpf(x)))
            print(bits(x), bits(hi), f"{lo:.6f}")
        print(name, len(xs), file=sys.stderr)


if __name__ == "__main__":
    main()
