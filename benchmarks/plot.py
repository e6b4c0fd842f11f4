"""Plots the sampling methods: time by catalogue size, and bias."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.sampling_methods import OURS

COLOURS = {
    OURS: "#d1495b",
    "ORDER BY random()": "#30638e",
    "count + OFFSET": "#6a4c93",
    "random key, successor": "#3d9970",
    "TABLESAMPLE SYSTEM_ROWS": "#b8860b",
}
CHANCE_COLOUR = "#555555"
# Opaque, so that it stays readable on a dark page.
STYLE = {
    "figure.constrained_layout.h_pad": 0.12,
    "figure.constrained_layout.w_pad": 0.12,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": "#888888",
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    # The same figures give the same file.
    "svg.hashsalt": "bookstall",
}
SIZE_INCHES = (11.0, 4.6)


def draw(folder: Path, times_ms: Mapping[str, Mapping[int, float]], bias: Mapping[str, float], chance: float) -> None:
    """Write `methods.png` and `methods.svg`.

    Args:
        folder: receives both files.
        times_ms: for each method, the time per draw by the number of books in the catalogue.
        bias: for each method, the count of the most drawn book over the mean count.
        chance: the same for a fair method.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        _draw_times(left, times_ms)
        _draw_bias(right, bias, chance)
        figure.legend(frameon=False, loc="outside lower center", ncols=len(times_ms))
        figure.savefig(folder / "methods.png", dpi=144, metadata={"Software": None})
        figure.savefig(folder / "methods.svg", metadata={"Date": None})


def _draw_times(axes: Any, times_ms: Mapping[str, Mapping[int, float]]) -> None:
    axes.set_title("Time to draw 10 books")
    for name, by_size in times_ms.items():
        width = 2.8 if name == OURS else 1.6
        axes.plot(
            by_size.keys(), by_size.values(), "o-", color=COLOURS[name], linewidth=width, markersize=5, label=name
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("books in the catalogue")
    sizes = next(iter(times_ms.values()))
    axes.set_xticks(list(sizes), [_short(size) for size in sizes])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda ms, _: f"{ms / 1e3:g} s" if ms >= 1e3 else f"{ms:g} ms")
    axes.grid(axis="y", color="#e5e5e5", linewidth=0.8)
    axes.set_axisbelow(True)


def _draw_bias(axes: Any, bias: Mapping[str, float], chance: float) -> None:
    axes.set_title("Bias: hottest book over the mean")
    names = list(bias)[::-1]
    bars = axes.barh(names, [bias[name] for name in names], color=[COLOURS[name] for name in names], height=0.6)
    axes.bar_label(bars, [f"{bias[name]:.1f} ×" for name in names], padding=4)
    axes.axvline(chance, color=CHANCE_COLOUR, linestyle="--", linewidth=1)
    axes.annotate(
        f"{chance:.1f} × by chance alone",
        (chance, 1),
        (5, -3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        color=CHANCE_COLOUR,
        fontsize=9,
        va="bottom",
    )
    axes.set_xlabel("1,000 books, a fifth of the slots empty")
    axes.set_xlim(0, max(bias.values()) * 1.15)
    axes.tick_params(axis="y", length=0)


def _short(size: int) -> str:
    return f"{size // 1_000_000} M" if size >= 1_000_000 else f"{size // 1_000} k"
