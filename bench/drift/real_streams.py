#!/usr/bin/env python3
"""Real streams through `drover drift watch`: bench/drift/real_streams.py MODEL_FOLDER [FOLDER]

The example's own camera: 2 000 images of a healthy one as the reference, then 2 000 more, then the fault. MODEL_FOLDER is
what defect-train wrote. Of FOLDER every CSV with a header: its first third is the reference, the rest the stream.
Prints, for each stream and detector, at which observation each column alarmed first (null: never), and where the change is.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = ROOT / "build/bin"
HEALTHY = 2_000
CAMERAS = ["turned", "dimmed:33", "defocus:60", "fogged:80"]
DETECTORS = [("urn exact", "urn", ["tolerance=0"]), ("urn tolerant .02", "urn", ["tolerance=0.02"]),
             ("adwin standard", "adwin", []), ("adwin d=1e-5", "adwin", ["delta=1e-5"]),
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
    return {column: None for column in summary["columns"]} | {alarm["column"]: alarm["index"] for alarm in alarms}


def compare(name, reference, stream, change):
    for label, detector, settings in DETECTORS:
        print(json.dumps({"stream": name, "detector": label, "change": change,
                          "alarms": watch(reference, stream, detector, settings)}), flush=True)


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
    compare(path.stem, work / "reference.csv", work / "stream.csv", None)


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        cameras(pathlib.Path(sys.argv[1]), work)
        for path in sorted(pathlib.Path(sys.argv[2]).glob("*.csv")) if len(sys.argv) > 2 else []:
            file(path, work)


if __name__ == "__main__":
    main()
