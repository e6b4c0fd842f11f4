"""The size of a run: `make bench SCALE=small|default|full`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Sizes and times of one run."""

    name: str
    sizes: tuple[int, ...]
    """Books of the catalogues, from the smallest to the largest; the first and the last are compared."""
    usual_sizes: tuple[int, ...]
    """Books of the catalogues that most shops have, for the speed of the service and the pages by size."""
    speed_size: int
    """Books of the catalogue for the speed of the service and the pages."""
    load_size: int
    """Books of the loaded file."""
    shelf_size: int
    """Books of the shelves that are compared with and without empty slots, exclusions and the like."""
    rounds: int
    """How often each side is measured, in turns."""
    load_s: float
    """How long one measurement of calls or pages in a second takes."""
    open_loop_s: float
    """How long calls are sent at one rate in open loop."""
    latency_s: float
    """How long one measurement of the time of an answer takes."""
    bias_draws: int
    """Draws by which the methods' bias is estimated."""
    churn_s: float
    """How long draws are checked beside writers."""
    published: bool
    """Whether the tables go to docs/; otherwise they go to the data folder."""


SCALES = {
    scale.name: scale
    for scale in (
        Scale(
            "small",
            (1_000, 10_000, 50_000),
            (1_000,),
            50_000,
            10_000,
            10_000,
            2,
            0.5,
            0.5,
            0.3,
            1_000,
            4.0,
            published=False,
        ),
        Scale(
            "default",
            (10_000, 100_000, 1_000_000),
            (1_000, 10_000, 100_000),
            1_000_000,
            1_000_000,
            100_000,
            5,
            4.0,
            4.0,
            1.5,
            20_000,
            60.0,
            published=True,
        ),
        Scale(
            "full",
            (10_000, 100_000, 1_000_000, 10_000_000),
            (1_000, 10_000, 100_000),
            1_000_000,
            1_000_000,
            100_000,
            7,
            5.0,
            15.0,
            2.0,
            20_000,
            60.0,
            published=True,
        ),
    )
}
