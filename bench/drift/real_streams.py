#!/usr/bin/env python3
"""Real streams through `drover drift watch`: bench/drift/real_streams.py [--camera MODEL_FOLDER] [FOLDER]

Of FOLDER (real_data.py makes one) every CSV with a header: its first third is the reference, the rest the stream. The
example's own camera: 2 000 images of a healthy one as the reference, then 2 000 more, then the fault; MODEL_FOLDER is what
defect-train wrote. Prints, for each stream and detector, at which observation each column alarmed first (null: never, -1:
not watched), and where a change is known to be.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build/bin"
HEALTHY = 2_000
CAMERAS = ["turned", "dimmed:33", "defocus:60", "fogged:80"]
DETECTORS = [("urn exact", "urn", ["tolerance=0"]), ("urn exact, thinned", "urn", ["tolerance=0", "thin=1"]),
             ("urn tolerant .02, thinned", "urn", ["tolerance=0.02", "thin=1"]),
             ("urn tolerant .1, thinned", "urn", ["tolerance=0.1", "thin=1"]),
             ("adwin standard", "adwin", []), ("adwin d=1e-5", "adwin", ["delta=1e-5"]),
             ("adwin d=1e-5, thinned", "adwin", ["delta=1e-5", "thin=1"]),
             ("page_hinkley standard", "page_hinkley", []), ("kswin standard", "kswin", []),
             ("ks_window standard", "ks_window", []), ("psi_window standard", "psi_window", [])]


def watch(reference, stream, detector, settings):
    """Each watched column's first alarm, or None."""
    command = [BIN / "drover", "drift", "watch", "--reference", reference, "--stream", stream, "--detector", detector, "--json"]
    for setting in settings:
        command += ["--set", setting]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr}")
    *alarms, summary = [json.loads(line) for line in done.stdout.splitlines()]
    return ({column: None for column in summary["columns"]} | {column: -1 for column in summary["not_watched"]} |
            {alarm["column"]: alarm["index"] for alarm in alarms})


def compare(name, reference, stream, change):
    for label, detector, settings in DETECTORS:
        alarms = watch(reference, stream, detector, settings)
        print(json.dumps({"stream": name, "detector": label, "change": change, "alarms": alarms}), flush=True)
    print(json.dumps({"stream": name, "detector": "always fire", "change": change, "alarms": dict.fromkeys(alarms, 1)}))


def cameras(model, work):
    def look(seed, cameras, count, into):
        subprocess.run([BIN / "defect-check", model, "--seed", str(seed), "--count", str(count), "--features", work / into,
                        "--camera", *cameras], check=True, capture_output=True)
    look(1, ["none"], 2 * HEALTHY, "healthy")
    look(2, CAMERAS, HEALTHY, "faulty")
    header, *rows = (work / "healthy/none.csv").read_text().splitlines()
    reference = work / "reference.csv"
    reference.write_text("\n".join([header] + rows[:HEALTHY]) + "\n")
    for camera in CAMERAS:
        after = (work / f"faulty/{camera}.csv").read_text().splitlines()[1:]
        stream = work / "stream.csv"
        stream.write_text("\n".join([header] + rows[HEALTHY:] + after) + "\n")
        compare(f"camera {camera}", reference, stream, HEALTHY)


def file(path, work):
    header, *rows = path.read_text().splitlines()
    third = len(rows) // 3
    (work / "reference.csv").write_text("\n".join([header] + rows[:third]) + "\n")
    (work / "stream.csv").write_text("\n".join([header] + rows[third:]) + "\n")
    known = path.with_suffix(".changes.json")
    changes = json.loads(known.read_text()) if known.exists() else {}
    compare(path.stem, work / "reference.csv", work / "stream.csv",
            {column: row - third for column, row in changes.items()})


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--camera", type=pathlib.Path, metavar="MODEL_FOLDER")
    options.add_argument("folder", type=pathlib.Path, nargs="?")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        if given.camera:
            cameras(given.camera, work)
        for path in sorted(given.folder.glob("*.csv")) if given.folder else []:
            file(path, work)


if __name__ == "__main__":
    main()
