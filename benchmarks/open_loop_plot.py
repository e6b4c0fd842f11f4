"""Plots the 99th percentile of the latency over the offered rate, one panel for each number of connections."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.open_loop import BASELINE, OURS, Curves
from benchmarks.plot import STYLE

COLOURS = {OURS: "#d1495b", BASELINE: "#30638e"}
SIZE_INCHES = (11.0, 3.6)


def draw(folder: Path, curves: Curves) -> None:
    """Write `open_loop.png` and `open_loop.svg`."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        panels = figure.subplots(1, max(len(curves), 1), sharey=True, squeeze=False)[0]
        for axes, (connections, by_server) in zip(panels, sorted(curves.items()), strict=False):
            axes.set_title(f"{connections} connection{'s' * (connections > 1)}")
            for server, points in by_server.items():
                rates, latencies_ms = zip(*sorted(points), strict=True)
                axes.plot(rates, latencies_ms, "o-", color=COLOURS[server], label=server)
            axes.locator_params(axis="x", nbins=4)
            axes.set_xlabel("offered calls/s")
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda ms, _: f"{ms:g} ms")
            axes.grid(axis="y", color="#e5e5e5", linewidth=0.8)
        panels[0].set_ylabel("p99 of the answered calls")
        handles, names = panels[0].get_legend_handles_labels()
        figure.legend(handles, names, frameon=False, loc="outside lower center", ncols=2)
        figure.savefig(folder / "open_loop.png", dpi=144, metadata={"Software": None})
        figure.savefig(folder / "open_loop.svg", metadata={"Date": None})
