#!/usr/bin/env python3
"""Times the Python peers on the work that drift_bench does, in one run: python3 bench/drift/peers.py [DRIFT_BENCH.json]

Detectors an observation (river, frouros) and whole-sample tests (scipy, evidently, alibi-detect, whylogs), on the CPU time
of this process. A peer that is not installed, or that fails, is skipped and says why. With the JSON of drift_bench beside
it the ratio to ours is shown.
"""
import importlib.metadata
import json
import random
import sys
import time

OBSERVATIONS = 100_000
SAMPLE = 100_000


def timed(work, rounds=3):
    """The least CPU seconds of some rounds."""
    best = None
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent = time.process_time() - start
        best = spent if best is None else min(best, spent)
    return best


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
    for ours, make in (("ddm", drift.binary.DDM), ("eddm", drift.binary.EDDM), ("hddm_a", drift.binary.HDDMA),
                       ("hddm_w", drift.binary.HDDMW)):
        report(f"{ours} standard", stream(make, zeros_and_ones, step))


def frouros(report):
    from frouros.detectors.concept_drift import ADWIN, CUSUM, DDM, PageHinkley
    values, zeros_and_ones = normals(20_000, 1), errors(20_000, 2)

    def step(detector, value):
        detector.update(value=value)
    report("adwin standard", stream(ADWIN, values[:5_000], step))
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
    report("KS of 1e5 v 1e5", timed(lambda: stats.ks_2samp(reference, current, method="asymp")) * 1e9)


def evidently(report):
    import pandas
    from evidently import Report
    from evidently.metrics import ValueDrift
    reference, current = (pandas.DataFrame({"x": values}) for values in arrays())
    report("KS of 1e5 v 1e5", timed(lambda: Report([ValueDrift(column="x", method="ks")]).run(current, reference)) * 1e9)


def alibi_detect(report):
    from alibi_detect.cd import KSDrift
    reference, current = arrays()
    detector = KSDrift(reference.reshape(-1, 1), p_val=0.05)
    report("KS of 1e5 v 1e5", timed(lambda: detector.predict(current.reshape(-1, 1))) * 1e9)


def whylogs(report):
    import pandas
    import whylogs
    _, current = arrays()
    frame = pandas.DataFrame({"x": current})
    report("profile an observation", timed(lambda: whylogs.log(frame)) / SAMPLE * 1e9)


def main():
    ours = {}
    if len(sys.argv) > 1:
        with open(sys.argv[1]) as file:
            ours = {row["detector"]: row["ns"] for row in json.load(file).get("cost", [])}
    for package, peer in (("river", river), ("frouros", frouros), ("scipy", scipy), ("evidently", evidently),
                          ("alibi-detect", alibi_detect), ("whylogs", whylogs)):
        try:
            version = importlib.metadata.version(package)

            def report(work, nanoseconds):
                line = {"peer": package, "version": version, "work": work, "ns": round(nanoseconds, 1)}
                if work in ours:
                    line |= {"ours_ns": round(ours[work], 1), "times_ours": round(nanoseconds / ours[work], 1)}
                print(json.dumps(line), flush=True)
            peer(report)
        except Exception as error:  # a peer that fails must not stop the others
            print(json.dumps({"peer": package, "skipped": f"{type(error).__name__}: {error}"[:200]}), flush=True)


if __name__ == "__main__":
    main()
