#!/usr/bin/env python3
"""Writes counters.bin, kll.bin, dd_sketch.bin and rolling_mean.bin beside itself: the formats of
docs/formats/sketches.md and the algorithms of the sketches, written down a second time in plain Python
(no packages), so that the C++ is held against another program and not against itself. Made with Python 3.11.7.

The stream is x_i = ((i * 7919) mod 10007) / 64 for i < 5000."""
import hashlib
import math
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
STREAM = [((i * 7919) % 10007) / 64 for i in range(5000)]
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


def head(kind):
    return kind + struct.pack("<I", 1)


def counters():
    """Against a baseline whose edges are 1.01, 3.51, 6.01, … (no value equals one) and whose slots are 4 each."""
    edges = [struct.unpack("<f", struct.pack("<f", 1.01 + 2.5 * j))[0] for j in range(63)]
    plain = b"BASE" + struct.pack("<I", 1) + b"".join(struct.pack("<fI", e, 0) for e in edges) + struct.pack("<64I", *[4] * 64)
    bins = [0] * 64
    for x in STREAM:
        bins[sum(e < x for e in edges)] += 1
    bins[63] += 2  # a NaN and an infinity
    return head(b"CNTR") + hashlib.sha256(plain).digest()[:8] + struct.pack("<64Q4Qff", *bins, 3, 1, 1, 0, min(STREAM), max(STREAM))


def kll(seed=42):
    def room(from_top):
        size = 200.0
        for _ in range(from_top):
            size *= 2.0 / 3
        return max(8, int(size + 0.5))

    random, levels = SplitMix(seed), [[]]
    for x in STREAM:
        if sum(map(len, levels)) >= sum(room(d) for d in range(len(levels))):
            h = next(h for h in range(len(levels)) if len(levels[h]) >= room(len(levels) - 1 - h))
            if h + 1 == len(levels):
                levels.append([])
            odd = len(levels[h]) % 2
            pairs = sorted(levels[h][odd:])
            levels[h + 1] = sorted(levels[h + 1] + pairs[random.next() >> 63::2])
            levels[h] = levels[h][:odd]
        levels[0].insert(0, x)
    assert sum(len(level) << h for h, level in enumerate(levels)) == len(STREAM)
    return (head(b"KLLF") + struct.pack("<QQB", len(STREAM), random.state, len(levels)) +
            b"".join(struct.pack("<H", len(level)) for level in levels) +
            b"".join(struct.pack("<f", x) for level in levels for x in level))


def dd_sketch():
    a, b, c = 6 / 35, -3 / 5, 10 / 7
    per_octave = 1 / (c * 0.020000666706669543)
    zero, buckets = 0, {}
    for x in STREAM:
        if x == 0:
            zero += 1
            continue
        mantissa, exponent = math.frexp(x)
        s = 2 * mantissa - 1
        bucket = math.ceil((exponent - 1 + ((a * s + b) * s + c) * s) * per_octave)
        buckets[bucket] = buckets.get(bucket, 0) + 1
    top = max(buckets)
    for bucket in sorted(buckets):
        if bucket < top - 479:
            buckets[top - 479] = buckets.get(top - 479, 0) + buckets.pop(bucket)
    return (head(b"DDSK") + struct.pack("<QQQiH", zero, 0, 0, top, len(buckets)) +
            b"".join(struct.pack("<HQ", top - k, buckets[k]) for k in sorted(buckets, reverse=True)))


def rolling_mean():
    values = [x / 256 for x in STREAM][-100:]
    return head(b"ROLL") + struct.pack("<I100f", 100, *values)


for name, data in (("counters", counters()), ("kll", kll()), ("dd_sketch", dd_sketch()), ("rolling_mean", rolling_mean())):
    (HERE / f"{name}.bin").write_bytes(data)
    print(name, len(data), "bytes")
