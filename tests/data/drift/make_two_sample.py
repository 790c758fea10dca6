#!/usr/bin/env python3
"""Writes two_sample.json: what scipy says of 1 200 pairs of samples (needs python3 with numpy and scipy 1.17).

The samples are not stored: both sides draw them by SplitMix64 from the row's seed, first n reference values
next() % grid, then m current values next() % grid + shift; small grids make ties. An empty cell is a figure that
scipy does not give (a one-sided exact p that overflows there is counted here in whole numbers where that is
quick). Pairs up to 2 000 values have exact p-values, those above asymptotic ones only.
"""
import json
import math
import pathlib
import warnings
from fractions import Fraction

import numpy as np
import scipy
from scipy import special, stats

MASK = (1 << 64) - 1


class SplitMix:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def one_sided_by_counting(n, m, k):
    """P(max m·i − n·j ≥ k) over lattice paths, in integers."""
    inside = [1] * (m + 1)
    for i in range(n + 1):
        under = 0
        for j in range(m + 1):
            if i or j:
                under = 0 if m * i - n * j >= k else (inside[j] if i else 0) + (under if j else 0)
            else:
                under = 1
            inside[j] = under
    return float(1 - Fraction(inside[m], math.comb(n + m, n)))


def ks(a, b, alternative, method):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message=".*Exact calculation unsuccessful")
        try:
            return stats.ks_2samp(a, b, alternative=alternative, method=method)
        except RuntimeWarning:
            return None


def cramer_p(result, n, m):
    """scipy's p of few values; of many, its limit with the series summed to the end (it stops at terms of 1e-7)."""
    if max(n, m) <= 20:
        return result.pvalue
    k, total = n * m, n + m
    variance = (total + 1) * (4 * k * total - 3 * (n * n + m * m) - 2 * k) / (45 * total**2 * 4 * k)
    t = 1 / 6 + (result.statistic - (1 + 1 / total) / 6) / math.sqrt(45 * variance)
    if t < 0.003 or t > 4.5:
        return 1.0 if t < 1 else None
    i = np.arange(2000)
    q = (4 * i + 1) ** 2 / (16 * t)
    weight = np.exp(special.gammaln(i + 0.5) - special.gammaln(i + 1)) / (np.pi**1.5 * math.sqrt(t))
    p = 1 - np.sum((weight * np.sqrt(4 * i + 1) * np.exp(-q) * special.kv(0.25, q))[::-1])
    assert abs(p - result.pvalue) < 1e-6
    return p


def shown(x):
    return None if x is None or not np.isfinite(x) else float(f"{x:.13g}")


def row(seed, n, m, grid, shift):
    random = SplitMix(seed)
    a = np.array([random.next() % grid for _ in range(n)], dtype=float)
    b = np.array([random.next() % grid + shift for _ in range(m)], dtype=float)
    exact = max(n, m) <= 2000
    two = ks(a, b, "two-sided", "exact") if exact else None
    greater = ks(a, b, "greater", "exact") if exact else None
    p_greater = greater.pvalue if greater else None
    asymptotic = ks(a, b, "two-sided", "asymp")
    less = ks(a, b, "less", "asymp")
    if exact and p_greater is None and n * m <= 200_000:
        d = stats.ks_2samp(a, b, alternative="greater", method="asymp").statistic
        p_greater = one_sided_by_counting(n, m, round(d * n * m))
    ties = len(np.unique(np.concatenate([a, b]))) < n + m
    small = min(n, m) <= 8 and not ties and n * m <= 10_000
    u = stats.mannwhitneyu(a, b, method="exact" if small else "asymptotic")
    cvm = stats.cramervonmises_2samp(a, b) if min(n, m) > 1 else None
    ad = None
    if n + m >= 4 and len(np.unique(np.concatenate([a, b]))) > 1:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ad = stats.anderson_ksamp([a, b])
    return [seed, n, m, grid, shift] + [shown(x) for x in (
        asymptotic.statistic, two and two.pvalue, p_greater, asymptotic.pvalue, less.statistic, less.pvalue,
        cvm and cvm.statistic, cvm and cramer_p(cvm, n, m), u.statistic, u.pvalue, stats.wasserstein_distance(a, b),
        ad and ad.statistic, ad and ad.pvalue)]


def size(random, largest):
    """Log-uniform from 1 to `largest`."""
    return min(largest, int(largest ** ((random.next() >> 11) * 2.0**-53)) + random.next() % 2)


def pairs():
    for seed in range(1200):
        random = SplitMix(seed + 1_000_000)
        largest = 2000 if seed < 1000 else 20_000
        n, m = size(random, largest), size(random, largest)
        if random.next() % 5 == 0:
            m = n
        if seed >= 1000 and max(n, m) <= 2000:
            n, m = n + 2000, m + 17
        grid = [3, 40, 1000, 1 << 40][random.next() % 4]
        yield seed, n, m, grid, grid * (random.next() % 5) // [8, 20, 64][random.next() % 3]


def main():
    rows = [row(*pair) for pair in pairs()]
    columns = ["seed", "n", "m", "grid", "shift", "d", "p_exact", "p_greater_exact", "p_asymptotic", "d_less",
               "p_less_asymptotic", "cvm_t", "cvm_p", "u", "u_p", "wasserstein", "ad", "ad_p"]
    made_by = f"make_two_sample.py with scipy {scipy.__version__}, numpy {np.__version__}"
    lines = ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows)
    path = pathlib.Path(__file__).with_name("two_sample.json")
    path.write_text(f'{{"made_by":"{made_by}",\n"columns":{json.dumps(columns)},\n"rows":[\n{lines}\n]}}\n')


main()
