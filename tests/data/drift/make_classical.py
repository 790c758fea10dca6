#!/usr/bin/env python3
"""Makes classical_river.json: where river's detectors alarm on streams that every language can make.

Needs river 0.26.1 (with scipy 1.17.1, numpy 2.4.6). Run in this folder: python3 make_classical.py
"""
import json
import math

import river
from river import drift

MASK = (1 << 64) - 1


class SplitMix:
    """SplitMix64, as src/drift/random.h."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def sample(self, population, k):
        """Floyd's sampling, in place of random.Random.sample (src/drift/classical/kswin.h)."""
        n, taken = len(population), []
        for j in range(n - k, n):
            t = ((self.next() >> 32) * (j + 1)) >> 32
            taken.append(j if t in taken else t)
        return [population[i] for i in taken]


def values(stream):
    """The stream's values. A segment is [law, n, a, b]."""
    random = SplitMix(stream["seed"])
    for law, n, a, b in stream["segments"]:
        for _ in range(n):
            if law == "bell":  # the sum of four uniforms, standardised: mean a, deviation b
                total = random.uniform() + random.uniform()
                total += random.uniform()
                total += random.uniform()
                yield a + b * ((total - 2) * 1.7320508075688772)
            elif law == "error":  # 1 with probability a
                yield 1 if random.uniform() < a else 0
            elif law == "count":  # a … a + b − 1
                yield a + math.floor(b * random.uniform())


class Kswin(drift.KSWIN):
    """river's, drawing by Floyd's sampling from SplitMix64, whose state goes on through alarms."""

    def __init__(self, seed=1, **settings):
        self.generator = SplitMix(seed)
        super().__init__(**settings)

    def _reset(self):
        super()._reset()
        self._rng = self.generator


NUMBERS = [
    {"seed": 1, "segments": [["bell", 4000, 0, 1], ["bell", 2000, 1, 1], ["bell", 2000, -2, 3]]},
    {"seed": 2, "segments": [["count", 3000, 0, 2], ["count", 3000, 4, 4], ["count", 3000, 0, 2]]},
    {"seed": 3, "segments": [["bell", 5000, 100, 5], ["bell", 5000, 101, 5], ["bell", 5000, 103, 5]]},
    {"seed": 4, "segments": [["bell", 20000, 0, 1]]},
    {"seed": 5, "segments": [["bell", 300, -1000, 0.01], ["bell", 300, -999.9, 0.01]]},
]
ERRORS = [
    {"seed": 11, "segments": [["error", 3000, 0.05, 0], ["error", 3000, 0.15, 0], ["error", 3000, 0.4, 0]]},
    {"seed": 12, "segments": [["error", 2000, 0.5, 0], ["error", 2000, 0.8, 0], ["error", 2000, 0.2, 0]]},
    {"seed": 13, "segments": [["error", 20000, 0.1, 0]]},
    {"seed": 14, "segments": [["error", 100, 0, 0], ["error", 3000, 0.01, 0], ["error", 200, 1, 0]]},
    {"seed": 15, "segments": [["error", 1000, 1, 0], ["error", 1000, 0.9, 0], ["error", 1000, 0.95, 0]]},
]
CASES = [
    ("adwin", drift.ADWIN, NUMBERS + ERRORS[:2], [
        {}, {"delta": 1e-5}, {"delta": 0.3, "clock": 1}, {"max_buckets": 10, "clock": 7},
        {"min_window": 1, "grace": 100, "delta": 0.05}]),
    ("page_hinkley", drift.PageHinkley, NUMBERS, [
        {}, {"threshold": 10, "delta": 0.1}, {"side": 1, "min_instances": 200}, {"side": -1, "alpha": 0.99, "threshold": 5}]),
    ("kswin", Kswin, NUMBERS[:3], [{}, {"alpha": 1e-4, "seed": 42}, {"window_size": 300, "stat_size": 50, "seed": 7}]),
    ("ddm", drift.binary.DDM, ERRORS, [{}, {"warm_start": 100, "drift_threshold": 2.5}]),
    ("eddm", drift.binary.EDDM, ERRORS, [{}, {"warm_start": 10, "beta": 0.75}]),
    ("hddm_a", drift.binary.HDDMA, ERRORS, [{}, {"two_sided": 1}, {"drift_confidence": 0.05}]),
    ("hddm_w", drift.binary.HDDMW, ERRORS, [{}, {"two_sided": 1}, {"drift_confidence": 0.01, "lambda": 0.02}]),
]
RIVER_NAMES = {"min_window": "min_window_length", "grace": "grace_period", "two_sided": "two_sided_test",
               "lambda": "lambda_val", "side": "mode"}
SIDES = {1: "up", -1: "down"}


def alarms(make, settings, stream):
    """Observations up to and with each alarming one; the detector begins anew after each, by itself."""
    given = {RIVER_NAMES.get(k, k): SIDES[v] if k == "side" else bool(v) if k == "two_sided" else v
             for k, v in settings.items()}
    detector, found = make(**given), []
    for index, value in enumerate(values(stream), 1):
        detector.update(value)
        if detector.drift_detected:
            found.append(index)
    return found


cases = [{"detector": name, "settings": settings, "stream": stream, "alarms": alarms(make, settings, stream)}
         for name, make, streams, all_settings in CASES for settings in all_settings for stream in streams]
with open("classical_river.json", "w") as out:
    json.dump({"made_by": f"river {river.__version__}", "cases": cases}, out, indent=None, separators=(",", ":"))
    out.write("\n")
