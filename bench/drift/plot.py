#!/usr/bin/env python3
"""A page of the delays in drift_bench's JSON: python3 bench/drift/plot.py out/bench/drift_bench.json > delays.html"""
import html
import json
import math
import sys

WIDTH, ROW, LEFT, MOST = 560, 16, 190, 20_000


def bar(y, row, change):
    """One detector's median delay on a logarithmic scale; grey where it alarms in most streams without any change."""
    median, early = row["median"][change], row["streams_with_an_alarm_before"] / row["streams"]
    length = WIDTH * math.log10(median or MOST) / math.log10(MOST)
    colour = "#bbb" if early > 0.5 else "#c33" if median is None else "#247"
    text = "never in 20 000" if median is None else f"{median:.0f}"
    if early > 0.05:
        text += f" ({early:.0%} of streams alarm before any change)"
    return (f'<text x="{LEFT - 6}" y="{y + 11}" text-anchor="end">{html.escape(row["detector"])}</text>'
            f'<rect x="{LEFT}" y="{y + 2}" width="{length:.1f}" height="{ROW - 4}" fill="{colour}"/>'
            f'<text x="{LEFT + length + 4:.1f}" y="{y + 11}">{text}</text>')


def picture(rows, change):
    bars = "".join(bar(i * ROW, row, change) for i, row in enumerate(rows))
    return f'<svg width="{LEFT + WIDTH + 320}" height="{ROW * len(rows)}" font-size="11">{bars}</svg>'


def main():
    with open(sys.argv[1]) as file:
        rows = json.load(file)["delays"]
    print("<!doctype html><meta charset=utf-8><title>Delays</title><body style='font-family:sans-serif'>")
    for at in sorted({row["T"] for row in rows}):
        here = [row for row in rows if row["T"] == at]
        for change in here[0]["median"]:
            print(f"<h3>{html.escape(change)} after {at} observations: median of {here[0]['streams']} streams</h3>")
            print(picture(here, change))


if __name__ == "__main__":
    main()
