#!/usr/bin/env python3
"""The polynomials q in deltalab-core's exp and logistic: e^r = 1 + r + r^2 q(r), |r| <= ln(2)/2.

    pip install mpmath==1.3.0
    python scripts/exp-series.py

For each degree q is the polynomial whose largest error r^2 |q - q*| / e^r is least, found by Remez exchange in 60 digits.
Prints the error and the coefficients, lowest power first, rounded to f64: they stand in `real/scalar.rs`.
"""

from mpmath import exp, lu_solve, log, matrix, mp, mpf, cos, pi, polyval, sign

mp.dps = 60
LIMIT = log(2) / 2 * mpf("1.00001")  # reduction by a rounded ln 2 can leave r a little larger
GRID = [LIMIT * (2 * mpf(i) / 3999 - 1) for i in range(4000)]  # without 0, where there is no error


def wanted(r):
    return (exp(r) - 1 - r) / r**2 if abs(r) > mpf(10) ** -12 else mpf(1) / 2 + r / 6


def weight(r):
    return r**2 / exp(r)


def remez(degree):
    unknowns = degree + 1
    points = [LIMIT * cos(pi * i / unknowns) for i in range(unknowns + 1)]
    points = [r if abs(r) > mpf("0.001") else mpf("0.01") for r in points]  # at 0 the error has no weight
    while True:
        system, right = matrix(unknowns + 1, unknowns + 1), matrix(unknowns + 1, 1)
        for i, r in enumerate(points):
            for power in range(unknowns):
                system[i, power] = r**power
            system[i, unknowns] = (-1) ** i / weight(r)
            right[i] = wanted(r)
        solution = lu_solve(system, right)
        q = [solution[power] for power in range(unknowns)]
        error = [weight(r) * (polyval(q[::-1], r) - wanted(r)) for r in GRID]
        peaks = []  # the largest error of each stretch of one sign
        for r, e in zip(GRID, error):
            if peaks and sign(peaks[-1][1]) == sign(e):
                peaks[-1] = max(peaks[-1], (r, e), key=lambda peak: abs(peak[1]))
            else:
                peaks.append((r, e))
        while len(peaks) > unknowns + 1:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        points = [r for r, _ in peaks]
        sizes = [abs(e) for _, e in peaks]
        if max(sizes) < min(sizes) * mpf("1.0001"):
            return q, max(sizes)


for name, degree in (("f64", 9), ("f32", 4)):
    q, error = remez(degree)
    print(f"{name}: degree {degree}, error {mp.nstr(error, 3)}")
    for c in q:
        print(f"    {float(c)!r}")
