"""The size of a run: `make bench SCALE=small|default|full`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Sizes and times of one run."""

    name: str
    sizes: tuple[int, ...]
    """Books of the catalogues, from the smallest to the largest; the first and the last are compared."""
    usual_sizes: tuple[int, ...]
    """Books of catalogues of the usual size, for the speed of the service and the pages by size."""
    speed_size: int
    """Books of the catalogue for the speed of the service and the pages."""
    load_size: int
    """Books of the loaded file."""
    shelf_size: int
    """Books of the shelves that are compared with and without empty slots, exclusions and the like."""
    rounds: int
    """How often each side is measured, in turns."""
    turns: int
    """Like `rounds`, for sides that differ by only a few per cent."""
    load_s: float
    """Seconds of one measurement of throughput."""
    open_loop_s: float
    """Seconds of each rate in open loop."""
    latency_s: float
    """Seconds of one measurement of latency."""
    bias_draws: int
    """Draws from which the bias of each method is estimated."""
    churn_s: float
    """Seconds of the check of draws beside writers."""
    published: bool
    """Whether the tables go to docs/; otherwise they go to the data folder."""


SCALES = {
    scale.name: scale
    for scale in (
        Scale(
            name="small",
            sizes=(1_000, 10_000, 50_000),
            usual_sizes=(1_000,),
            speed_size=50_000,
            load_size=10_000,
            shelf_size=10_000,
            rounds=2,
            turns=2,
            load_s=0.5,
            open_loop_s=0.5,
            latency_s=0.3,
            bias_draws=1_000,
            churn_s=4.0,
            published=False,
        ),
        Scale(
            name="default",
            sizes=(10_000, 100_000, 1_000_000),
            usual_sizes=(1_000, 10_000, 100_000),
            speed_size=1_000_000,
            load_size=1_000_000,
            shelf_size=100_000,
            rounds=5,
            turns=24,
            load_s=4.0,
            open_loop_s=4.0,
            latency_s=1.5,
            bias_draws=20_000,
            churn_s=60.0,
            published=True,
        ),
        Scale(
            name="full",
            sizes=(10_000, 100_000, 1_000_000, 10_000_000),
            usual_sizes=(1_000, 10_000, 100_000),
            speed_size=1_000_000,
            load_size=1_000_000,
            shelf_size=100_000,
            rounds=5,
            turns=24,
            load_s=4.0,
            open_loop_s=10.0,
            latency_s=1.5,
            bias_draws=20_000,
            churn_s=60.0,
            published=True,
        ),
    )
}
