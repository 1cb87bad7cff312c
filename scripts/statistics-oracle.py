#!/usr/bin/env python3
"""The numbers that deltalab-results' statistics are held against, from SciPy, statsmodels and lifelines.

    pip install scipy statsmodels lifelines
    python scripts/statistics-oracle.py > crates/deltalab-results/tests/data/statistics.json

Nothing here follows the Rust code: Tango's interval is found by maximising the likelihood numerically, and the exact
signed-rank p with ties by SciPy's enumeration of all sign patterns.
"""

import json
import math
import sys
import warnings

import lifelines
import numpy as np
import scipy
import statsmodels
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

warnings.simplefilter("ignore")
rng = np.random.default_rng(20260401)
Z = stats.norm.ppf(0.975)


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def wilson():
    cases = [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (0, 20), (20, 20), (1, 20), (7, 20), (97, 100), (5000, 10000)]
    rows = []
    for k, n in cases:
        low, high = proportion_confint(k, n, 0.05, "wilson")
        rows.append({"successes": k, "n": n, "low": number(low), "high": number(high)})
    return rows


def tango_statistic(b, c, n, delta):
    """The score statistic, with the nuisance parameter q = P(second only) found by maximising the likelihood."""
    least, most = max(0.0, -delta), (1 - delta) / 2

    def minus_log_likelihood(q):
        return -(stats_xlogy(b, q + delta) + stats_xlogy(c, q) + stats_xlogy(n - b - c, 1 - 2 * q - delta))

    found = optimize.minimize_scalar(minus_log_likelihood, bounds=(least, most), method="bounded", options={"xatol": 1e-13})
    q = min([found.x, least, most], key=minus_log_likelihood)
    variance = n * (2 * q + delta * (1 - delta))
    return (b - c - n * delta) / math.sqrt(max(variance, 1e-300))


def stats_xlogy(x, y):
    if x == 0:
        return 0.0
    return x * math.log(y) if y > 0 else -1e300


def tango():
    rows = []
    for n, b, c in [(1, 0, 0), (1, 1, 0), (2, 0, 0), (2, 2, 0), (2, 1, 1), (20, 0, 0), (20, 8, 2), (21, 1, 7), (100, 97, 2), (100, 0, 0), (1000, 30, 5)]:
        observed = (b - c) / n
        edge = 1 - 1e-9
        low = -1.0 if c == n else optimize.brentq(lambda d: tango_statistic(b, c, n, d) - Z, -edge, observed, xtol=1e-12)
        high = 1.0 if b == n else optimize.brentq(lambda d: tango_statistic(b, c, n, d) + Z, observed, edge, xtol=1e-12)
        rows.append({"n": n, "first": b, "second": c, "low": number(low), "high": number(high)})
    return rows


def even_odds():
    rows = []
    for b, c in [(0, 1), (1, 1), (0, 2), (3, 3), (5, 1), (8, 2), (12, 30), (97, 2), (60, 40), (700, 300), (500, 501)]:
        p = mcnemar([[0, b], [c, 0]], exact=True).pvalue
        assert math.isclose(p, stats.binomtest(b, b + c).pvalue, rel_tol=1e-9)
        rows.append({"first": b, "second": c, "p": number(stats.binomtest(b, b + c).pvalue)})
    return rows


def holm():
    rows = []
    for m in [1, 2, 5, 20]:
        p = list(np.round(rng.random(m) ** 3, 4))
        if m > 2:
            p[1] = p[0]
        rows.append({"p": p, "holm": [number(q) for q in multipletests(p, method="holm")[1]]})
    for p in [[1.0], [1.0, 1.0], [0.04] * 5, [0.0, 0.0, 0.5]]:  # no spread
        rows.append({"p": p, "holm": [number(q) for q in multipletests(p, method="holm")[1]]})
    return rows


def survival():
    # no case has S = 1/2 within rounding of its median: lifelines may then miss it by a rounding
    times = {
        "none censored": ([3, 5, 8, 13, 21, 34, 55], [1] * 7),
        "all censored": ([50] * 8, [0] * 8),
        "one solved": ([7], [1]),
        "one censored": ([7], [0]),
        "two": ([4, 9], [1, 1]),
        "two alike": ([4, 4], [1, 1]),
        "two censored": ([9, 9], [0, 0]),
        "one of two censored": ([4, 9], [1, 0]),
        "ties and censoring at the limit": ([10, 10, 10, 12, 15, 15, 18, 20, 20, 25, 30, 30, 30, 30], [1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0]),
        "equal times": ([5] * 10, [1] * 10),
        "hundred": None,
    }
    rows = []
    for name, case in times.items():
        if case is None:
            t = np.minimum(rng.geometric(0.01, 100), 150)
            case = ([int(x) for x in t], [int(x < 150) for x in t])
        t, e = case
        fit = lifelines.KaplanMeierFitter().fit(t, e)
        steps = []
        band = fit.confidence_interval_
        for time in sorted(set(t)):
            s = fit.survival_function_at_times(time).iloc[0]
            low, high = band.loc[time]
            inside = 1e-12 < s < 1 - 1e-12
            steps.append({"time": time, "survival": number(s), "low": number(low) if inside else None, "high": number(high) if inside else None})
        # Brookmeyer and Crowley from lifelines' own band
        low = [step["time"] for step in steps if step["low"] is not None and step["low"] <= 0.5]
        high = [step["time"] for step in steps if step["high"] is not None and step["high"] <= 0.5]
        limit = max(t) + 5
        rows.append({
            "name": name, "times": t, "solved": e, "steps": steps,
            "median": number(fit.median_survival_time_),
            "median_low": low[0] if low else None, "median_high": high[0] if high else None,
            "limit": limit, "restricted_mean": number(lifelines.utils.restricted_mean_survival_time(fit, t=limit)),
        })
    return rows


def bootstrap():
    rows = []
    samples = {
        "skewed": rng.exponential(size=12), "two": np.array([1.0, 4.0]), "ties": np.array([1.0, 1.0, 1.0, 2.0, 5.0, 5.0]),
        "normal": rng.normal(3, 2, 40), "outlier": np.array([0.1] * 9 + [100.0]), "no variance": np.array([0.25] * 7),
        "two alike": np.array([0.25, 0.25]),
    }
    for name, values in samples.items():
        first = stats.bootstrap((values,), np.mean, n_resamples=199, method="percentile", rng=np.random.default_rng(1))
        both = {"name": name, "values": list(values), "resampled": list(first.bootstrap_distribution), "mean": number(values.mean())}
        for method in ["percentile", "BCa"]:
            again = stats.bootstrap((values,), np.mean, n_resamples=0, method=method, bootstrap_result=first)
            both[method.lower()] = [number(x) for x in again.confidence_interval]
        n = len(values)
        reach = math.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1)
        shares = stats.norm.cdf([-reach, reach])
        both["expanded"] = [number(x) for x in np.quantile(first.bootstrap_distribution, shares)]
        rows.append(both)
    return rows


def medians():
    samples = {
        "one": [2.5], "two": [1.0, 4.0], "five": [3.0, 1.0, 2.0, 9.0, 4.0], "six": [3.0, 1.0, 2.0, 9.0, 4.0, 8.0],
        "ties": [1.0, 1.0, 1.0, 2.0, 5.0, 5.0, 5.0, 5.0, 7.0], "no variance": [0.25] * 12,
        "twenty": list(rng.normal(0, 1, 20)), "hundred": list(rng.exponential(size=100)),
        "thousand with ties": [float(x) for x in rng.integers(-9, 10, 1000)],
    }
    rows = []
    for name, values in samples.items():
        interval = stats.quantile_test(values, q=0, p=0.5).confidence_interval(0.95)
        ends = [number(x) for x in interval]
        rows.append({
            "name": name, "values": [float(x) for x in values], "median": number(np.median(values)),
            "interval": ends if None not in ends else None,
        })
    return rows


def interquartile():
    samples = {
        "one": [0.5], "two": [0.0, 1.0], "three": [0.0, 0.5, 1.0], "four": [9.0, 0.1, 0.3, -7.0],
        "ties": [0.0, 0.0, 0.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5], "no variance": [0.1] * 10,
        "outliers": [1e9, 0.2, 0.3, 0.4, 0.5, -1e9, 0.7, 0.1], "hundred": list(rng.random(101)),
    }
    return [{"name": name, "values": [float(x) for x in v], "mean": number(stats.trim_mean(v, 0.25))} for name, v in samples.items()]


def student():
    degrees = [1, 2, 3, 4, 5, 9, 10, 19, 20, 99, 100, 999, 1998, 1999, 2000, 2001, 10000, 1000000]
    return {"degrees": degrees, "t": [number(stats.t.ppf(0.975, v)) for v in degrees]}


def paired():
    """Two cells on the same seeds: epochs (the limit where not solved) and a final metric."""
    limit = 60
    cases = {
        "one": ([7], [9], [0.5], [0.25]),
        "one alike": ([7], [7], [0.5], [0.5]),
        "two": ([7, 60], [9, 20], [0.5, 0.25], [0.25, 0.5]),
        "no variance": ([20] * 8, [30] * 8, [0.25] * 8, [0.5] * 8),
        "the same": ([5, 8, 60, 8], [5, 8, 60, 8], [0.1, 0.2, 0.9, 0.2], [0.1, 0.2, 0.9, 0.2]),
        "all censored": ([60] * 7, [60] * 7, list(rng.random(7)), list(rng.random(7))),
        "none censored": ([int(x) for x in rng.integers(5, 50, 15)], [int(x) for x in rng.integers(8, 59, 15)], list(rng.random(15)), list(rng.random(15))),
        "ties": ([10, 10, 20, 20, 60, 60, 30, 30], [10, 20, 20, 10, 60, 30, 60, 40], [0.25, 0.25, 0.5, 0.5, 1.0, 1.0, 0.75, 0.75], [0.25, 0.5, 0.5, 0.25, 1.0, 0.75, 0.5, 1.0]),
        "hundred": ([int(min(x, 60)) for x in rng.geometric(0.03, 100)], [int(min(x, 60)) for x in rng.geometric(0.02, 100)], [float(x) for x in rng.integers(0, 9, 100)], [float(x) for x in rng.integers(1, 9, 100)]),
    }
    rows = []
    for name, (a, b, x, y) in cases.items():
        a, b, x, y = (np.array(v) for v in (a, b, x, y))
        solved = [a < limit, b < limit]
        first, second = int((solved[0] & ~solved[1]).sum()), int((solved[1] & ~solved[0]).sum())
        sooner, later = int((a < b).sum()), int((b < a).sum())
        mean_epochs = [lifelines.utils.restricted_mean_survival_time(lifelines.KaplanMeierFitter().fit(t, s), t=limit) for t, s in zip((a, b), solved)]
        d = x - y
        nonzero = d[d != 0]
        exact = len(nonzero) <= 25
        if len(nonzero) == 0:
            p = 1.0
        elif len(nonzero) == 1:
            p = stats.wilcoxon(nonzero, method="exact").pvalue
        elif not exact:
            p = stats.wilcoxon(d, method="asymptotic", correction=False).pvalue
        else:
            p = stats.wilcoxon(nonzero, method=stats.PermutationMethod(n_resamples=10**6)).pvalue
        rows.append({
            "name": name, "limit": limit, "epochs_a": [int(v) for v in a], "epochs_b": [int(v) for v in b],
            "final_a": [float(v) for v in x], "final_b": [float(v) for v in y],
            "solved": number(solved[0].mean() - solved[1].mean()),
            "solved_p": number(mcnemar([[0, first], [second, 0]], exact=True).pvalue) if first + second else 1.0,
            "superiority": number(np.mean(np.where(a < b, 1.0, np.where(a == b, 0.5, 0.0)))),
            "superiority_p": number(stats.binomtest(sooner, sooner + later).pvalue) if sooner + later else 1.0,
            "restricted_epochs": number(mean_epochs[0] - mean_epochs[1]),
            "mean": number(d.mean()), "median": number(np.median(d)), "metric_p": number(p),
        })
    return rows


def signed_rank():
    rows = []

    def add(name, d, exact):
        nonzero = [x for x in d if x != 0]
        if exact == "no ties":
            result = stats.wilcoxon(nonzero, method="exact")
        elif exact == "ties":
            result = stats.wilcoxon(nonzero, method=stats.PermutationMethod(n_resamples=10**6))
        else:
            result = stats.wilcoxon(d, method="asymptotic", correction=False)
        rows.append({"name": name, "differences": [float(x) for x in d], "smaller": number(result.statistic), "p": number(result.pvalue)})

    add("one", [2.0], "no ties")
    add("two", [2.0, -1.0], "no ties")
    add("three alike", [1.0, 2.0, 3.0], "no ties")
    for n in [5, 10, 25]:
        add(f"{n} without ties", list(rng.normal(0.4, 1, n)), "no ties")
    add("ties", [1, 1, -1, 2, 2, 3, -3, 4, 4], "ties")
    add("ties and zeros", [0, 0, 1, -1, 1, 2, 2, 2, -3, 5], "ties")
    add("all the same", [0.5] * 8, "ties")
    add("30 without ties", list(rng.normal(0.4, 1, 30)), "normal")
    add("100 with ties and zeros", [float(x) for x in rng.integers(-3, 6, 100)], "normal")
    add("200 from one distribution", list(rng.normal(0, 1, 200)), "normal")
    return rows


def normal():
    p = [1e-300, 1e-10, 0.001, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999]
    x = [-38.0, -10.0, -3.0, -1.96, -0.1, 0.0, 0.5, 2.0, 6.0]
    return {"p": p, "quantile": [number(stats.norm.ppf(q)) for q in p], "x": x, "cdf": [number(stats.norm.cdf(q)) for q in x]}


oracle = {
    "versions": {
        "python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__, "lifelines": lifelines.__version__,
    },
    "wilson": wilson(), "tango": tango(), "even_odds": even_odds(), "holm": holm(),
    "survival": survival(), "bootstrap": bootstrap(), "signed_rank": signed_rank(), "normal": normal(),
    "student": student(), "median": medians(), "interquartile": interquartile(), "paired": paired(),
}


def lines(value):
    """A case a line."""
    if isinstance(value, list):
        return "[\n  " + ",\n  ".join(json.dumps(case) for case in value) + "]"
    return json.dumps(value)


print("{" + ",\n".join(f"{json.dumps(key)}: {lines(value)}" for key, value in oracle.items()) + "}")
