#!/usr/bin/env python3
"""Times the Python peers and our own benchmarks on the same work, in one run: python3 bench/drift/peers.py [FOLDER]

Detectors an observation (river, frouros) on the CPU time of one process, beside drift_bench; whole-sample tests (scipy,
evidently, alibi-detect) on elapsed time, beside two_sample_bench, which has several threads; whylogs' profile on CPU
time. A peer that is not installed, or that fails, is skipped and says why; so are our benchmarks where FOLDER
(build/bench) has none.
"""
import importlib.metadata
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parents[2] / "build/bench"
OBSERVATIONS = 100_000
SAMPLE = 100_000
KS = "KS of 1e5 v 1e5"
ROUNDS = 10  # of what is taken on elapsed time, which other work on the machine lengthens


def timed(work, clock=time.process_time, rounds=3):
    """The least seconds of some rounds."""
    best = None
    for _ in range(rounds):
        start = clock()
        work()
        spent = clock() - start
        best = spent if best is None else min(best, spent)
    return best


def elapsed_ns(work):
    return timed(work, time.perf_counter, ROUNDS) * 1e9


def drift_bench(folder):
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([folder / "drift_bench", "--only=cost", f"--json={file.name}"], check=True, capture_output=True)
        return {row["detector"]: row["ns"] for row in json.load(file)["cost"]}


def two_sample_bench(folder):
    def run():
        return subprocess.run([folder / "two_sample_bench", str(SAMPLE)], check=True, capture_output=True).stdout
    return {KS: min(json.loads(run())["ks_s"] for _ in range(ROUNDS)) * 1e9}


def normals(n, seed):
    generator = random.Random(seed)
    return [generator.gauss(0, 1) for _ in range(n)]


def errors(n, seed):
    generator = random.Random(seed)
    return [int(generator.random() < 0.05) for _ in range(n)]


def stream(make, values, step):
    def work():
        detector = make()
        for value in values:
            step(detector, value)
    return timed(work) / len(values) * 1e9


def river(report):
    from river import drift
    values, zeros_and_ones = normals(OBSERVATIONS, 1), errors(OBSERVATIONS, 2)

    def step(detector, value):
        detector.update(value)
    report("adwin standard", stream(drift.ADWIN, values, step))
    report("adwin d=1e-5", stream(lambda: drift.ADWIN(delta=1e-5), values, step))
    report("page_hinkley standard", stream(drift.PageHinkley, values, step))
    report("kswin standard", stream(lambda: drift.KSWIN(seed=1), values[:2000], step))
    for ours, make in (("ddm", drift.binary.DDM), ("eddm", drift.binary.EDDM), ("hddm_a", drift.binary.HDDM_A),
                       ("hddm_w", drift.binary.HDDM_W)):
        report(f"{ours} standard", stream(make, zeros_and_ones, step))


def frouros(report):
    from frouros.detectors.concept_drift import ADWIN, CUSUM, DDM, PageHinkley
    values, zeros_and_ones = normals(20_000, 1), errors(20_000, 2)

    def step(detector, value):
        detector.update(value=value)
    report("adwin standard", stream(ADWIN, [value + 10 for value in values[:5_000]], step))  # takes no sum below 0
    report("cusum standard", stream(CUSUM, values, step))
    report("page_hinkley standard", stream(PageHinkley, values, step))
    report("ddm standard", stream(DDM, zeros_and_ones, step))


def arrays():
    import numpy
    generator = numpy.random.default_rng(1)
    return generator.normal(size=SAMPLE), generator.normal(size=SAMPLE)


def scipy(report):
    from scipy import stats
    reference, current = arrays()
    report(KS, elapsed_ns(lambda: stats.ks_2samp(reference, current, method="asymp")))


def evidently(report):
    import pandas
    from evidently import Report
    from evidently.metrics import ValueDrift
    reference, current = (pandas.DataFrame({"x": values}) for values in arrays())
    report(KS, elapsed_ns(lambda: Report([ValueDrift(column="x", method="ks")]).run(current, reference)))


def alibi_detect(report):
    from alibi_detect.cd import KSDrift
    reference, current = arrays()
    detector = KSDrift(reference.reshape(-1, 1), p_val=0.05)
    report(KS, elapsed_ns(lambda: detector.predict(current.reshape(-1, 1))))


def whylogs(report):
    import pandas
    import whylogs
    _, current = arrays()
    frame = pandas.DataFrame({"x": current})
    report("profile an observation", timed(lambda: whylogs.log(frame)) / SAMPLE * 1e9)


def show(line):
    print(json.dumps(line), flush=True)


def skipped(who, error):
    show(who | {"skipped": f"{type(error).__name__}: {error}"[:200]})


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else BENCH
    ours = {}
    for bench in (drift_bench, two_sample_bench):
        try:
            ours |= bench(folder)
        except Exception as error:  # not built; the peers are timed all the same
            skipped({"ours": bench.__name__}, error)
    for package, peer in (("river", river), ("frouros", frouros), ("scipy", scipy), ("evidently", evidently),
                          ("alibi-detect", alibi_detect), ("whylogs", whylogs)):
        try:
            version = importlib.metadata.version(package)

            def report(work, nanoseconds):
                line = {"peer": package, "version": version, "work": work, "ns": round(nanoseconds, 1)}
                if work in ours:
                    line |= {"ours_ns": round(ours[work], 1), "times_ours": round(nanoseconds / ours[work], 1)}
                show(line)
            peer(report)
        except Exception as error:  # a peer that fails must not stop the others
            skipped({"peer": package}, error)


if __name__ == "__main__":
    main()
