"""Whether a draw takes the same time whatever the catalogue's size, its empty slots, the page and the exclusions."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import grpc

from benchmarks import services, shelves, tokens
from benchmarks.comparison import Comparison, Goal, at_most, table, verdict, with_spread
from benchmarks.environment import Stage, warm
from benchmarks.grpc_call import Call
from benchmarks.h2load import median_ms
from benchmarks.processes import Program
from benchmarks.samples import Samples, in_turns
from benchmarks.synthetic import largest_category
from protobufs import recommendations_pb2 as pb
from recommendations.domain.draw import SPARSE
from recommendations.domain.shuffle import MAX_OFFSET

TABLES = ("flat",)

HUNDREDTH = 100
MOST_EXCLUDED = 1_000
MOST_BOOKS = 100
WARM_UP_S = 0.3
LONELY_GOAL_S = at_most(1.0)
DEADLINE_S = at_most(5.0)


@dataclass(frozen=True)
class Pair:
    """Two calls, and how much slower the first may be."""

    name: str
    ours: Call
    other: Call
    goal: Goal


@dataclass(frozen=True)
class Running:
    """The services that are compared, each on a catalogue of its own."""

    large: Program
    small: Program
    shaped: Program


def run(stage: Stage) -> dict[str, str]:
    """Measure every pair in turns, and return the tables by their names."""
    scale = stage.scale
    small_url, large_url = stage.catalogue(scale.sizes[0]), stage.catalogue(scale.sizes[-1])
    shaped_url = shelves.database(stage)
    warm(small_url, large_url, shaped_url)
    with started(small_url, large_url, shaped_url) as running:
        pairs = [
            *by_size(stage, running, largest_category(large_url)[0], largest_category(small_url)[0]),
            *by_shape(stage, running, shaped_url),
        ]
        rows = [compare(pair, stage).cells() for pair in pairs]
        seconds = [lonely(running.shaped, stage), slowest(pairs, stage)]
    headings = ["median of an answer, one in flight", "this", "that", "this / that", "goal", ""]
    return {"flat": "\n\n".join([table(headings, rows), table(["", "seconds", "goal", ""], seconds)])}


@contextmanager
def started(small_url: str, large_url: str, shaped_url: str) -> Iterator[Running]:
    """Run a service for each database until the block ends."""
    with ExitStack() as stack:
        programs = [
            stack.enter_context(services.recommendations(url, f"recommendations-{name}"))
            for name, url in (("large", large_url), ("small", small_url), ("shaped", shaped_url))
        ]
        yield Running(*programs)


def by_size(stage: Stage, running: Running, of_large: str, of_small: str) -> Iterator[Pair]:
    """Return the pairs that compare the largest catalogue with the smallest."""
    sizes = f"{stage.scale.sizes[-1]:,} books against {stage.scale.sizes[0]:,}"
    large, small = running.large, running.small
    books = services.books_call
    yield Pair(f"largest category of {sizes}", books(large, of_large), books(small, of_small), at_most(1.3))
    yield Pair(f"whole catalogue of {sizes}", books(large, ""), books(small, ""), at_most(1.3))
    first, hundredth = (tokens.of_page(large, of_large, number) for number in (1, HUNDREDTH))
    yield Pair(
        f"page {HUNDREDTH} of a shuffle against its first",
        books(large, of_large, page_token=hundredth),
        books(large, of_large, page_token=first),
        at_most(3),
    )
    for method, request in (
        ("ListCategories", pb.ListCategoriesRequest()),
        ("RecommendShelves", pb.RecommendShelvesRequest()),
    ):
        path, body = f"{services.SERVICE}/{method}", request.SerializeToString()
        yield Pair(f"{method}, {sizes}", Call(large.port, path, body), Call(small.port, path, body), at_most(1.5))


def by_shape(stage: Stage, running: Running, database_url: str) -> Iterator[Pair]:
    """Return the pairs that compare a shelf of an unusual shape, or an unusual request, with a plain one."""
    service, books = running.shaped, services.books_call
    fresh = books(service, shelves.FULL)
    size = f"{shelves.places_of(stage, shelves.FULL):,}"
    yield Pair("30 % empty slots against none", books(service, shelves.HOLED), fresh, at_most(1.6))
    excluded = tokens.some_books(database_url, shelves.FULL, MOST_EXCLUDED)
    yield Pair(
        f"{MOST_EXCLUDED:,} exclusions against none, of {size} books",
        books(service, shelves.FULL, excluded=excluded),
        fresh,
        at_most(3),
    )
    small, sparse = (f"{shelves.places_of(stage, slug):,}" for slug in (shelves.SMALL, shelves.SPARSE))
    for what, slug, whole in (
        (f"token at place {MAX_OFFSET:,}, {MOST_BOOKS} books, {MOST_EXCLUDED:,} exclusions", shelves.FULL, False),
        ("the same with 30 % empty slots", shelves.HOLED, False),
        (f"the same by books, a shelf of {small}", shelves.SMALL, True),
        (
            f"the same by books, one in {SPARSE} of {sparse} places",
            shelves.SPARSE,
            True,
        ),
    ):
        offset = min(MAX_OFFSET, shelves.places_of(stage, slug) - MOST_BOOKS)
        token = tokens.forged(database_url, slug, offset, MOST_BOOKS, whole_shelf=whole)
        dearest = books(service, slug, 0, token, tokens.some_books(database_url, slug, MOST_EXCLUDED))
        yield Pair(f"{what}, against a fresh draw", dearest, fresh, at_most(20))


def compare(pair: Pair, stage: Stage) -> Comparison:
    """Measure both calls of a pair in turns."""
    for call in (pair.ours, pair.other):
        call.answer()
        median_ms(call, WARM_UP_S)
    seconds = stage.scale.latency_s
    found = in_turns(
        {"this": lambda: median_ms(pair.ours, seconds), "that": lambda: median_ms(pair.other, seconds)},
        stage.scale.rounds,
    )
    return Comparison(pair.name, "ms", Samples(found["this"]), Samples(found["that"]), pair.goal)


def lonely(service: Program, stage: Stage) -> list[str]:
    """Return the row of the one book among many empty slots; raise AssertionError if it is not found."""
    call = services.books_call(service, shelves.LONELY)
    times = []
    for _ in range(stage.scale.rounds):
        began = time.monotonic()
        books = pb.RecommendBooksResponse.FromString(call.answer()).books
        times.append(time.monotonic() - began)
        assert len(books) == 1, "the only book of the shelf must be found"
    name = f"one book among {shelves.places_of(stage, shelves.LONELY):,} slots, found"
    return [name, with_spread(Samples(times)), *verdict(LONELY_GOAL_S, max(times))]


def slowest(pairs: list[Pair], stage: Stage) -> list[str]:
    """Return the row of the longest time that any call of the pairs took, from connecting to the answer."""
    times = []
    for call in (call for pair in pairs for call in (pair.ours, pair.other)):
        for _ in range(stage.scale.rounds):
            began = time.monotonic()
            try:
                call.answer()
            except grpc.RpcError:
                times.append(float("inf"))
            times.append(time.monotonic() - began)
    return [
        "the slowest of all these calls, within its deadline",
        f"{max(times):.2f}",
        *verdict(DEADLINE_S, max(times)),
    ]
