"""How much the time of a draw depends on the catalogue's size, empty slots, the page number and exclusions."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import grpc

from benchmarks import services, shelves, tokens
from benchmarks.comparison import Comparison, Goal, at_most, table, verdict, with_spread
from benchmarks.environment import Environment, warm
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
MAX_EXCLUDED = 1_000
MAX_BOOKS = 100
WARM_UP_S = 0.3
SINGLE_GOAL_S = at_most(1.0)
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
    """The compared services, each with its own catalogue."""

    large: Program
    small: Program
    shaped: Program


def run(environment: Environment) -> dict[str, str]:
    """Measure every pair in turns, and return the tables by their names."""
    scale = environment.scale
    small_url, large_url = environment.catalogue(scale.sizes[0]), environment.catalogue(scale.sizes[-1])
    shaped_url = shelves.database(environment)
    warm(small_url, large_url, shaped_url)
    with started(small_url, large_url, shaped_url) as running:
        pairs = [
            *by_size(environment, running, largest_category(large_url)[0], largest_category(small_url)[0]),
            *by_shape(environment, running, shaped_url),
        ]
        rows = [compare(pair, environment).cells() for pair in pairs]
        seconds = [single_book(running.shaped, environment), slowest(pairs, environment)]
    headings = ["median latency, one call in flight", "this", "that", "this / that", "goal", ""]
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


def by_size(environment: Environment, running: Running, of_large: str, of_small: str) -> Iterator[Pair]:
    """Return the pairs that compare the largest catalogue with the smallest."""
    sizes = f"{environment.scale.sizes[-1]:,} books against {environment.scale.sizes[0]:,}"
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
    requests = {"ListCategories": pb.ListCategoriesRequest(), "RecommendShelves": pb.RecommendShelvesRequest()}
    calls = {
        method: [
            Call(port, f"{services.SERVICE}/{method}", request.SerializeToString()) for port in (large.port, small.port)
        ]
        for method, request in requests.items()
    }
    for method, (in_large, in_small) in calls.items():
        yield Pair(f"{method}, {sizes}", in_large, in_small, at_most(1.5))
    yield Pair(
        "RecommendShelves against RecommendBooks", calls["RecommendShelves"][0], books(large, of_large), at_most(3)
    )


def by_shape(environment: Environment, running: Running, database_url: str) -> Iterator[Pair]:
    """Return the pairs that compare a shelf of an unusual shape, or an unusual request, with a plain one."""
    service, books = running.shaped, services.books_call
    fresh = books(service, shelves.FULL)
    size = f"{shelves.places_of(environment, shelves.FULL):,}"
    yield Pair("30 % empty slots against none", books(service, shelves.WITH_GAPS), fresh, at_most(1.6))
    excluded = tokens.some_books(database_url, shelves.FULL, MAX_EXCLUDED)
    yield Pair(
        f"{MAX_EXCLUDED:,} exclusions against none, of {size} books",
        books(service, shelves.FULL, excluded=excluded),
        fresh,
        at_most(3),
    )
    small, sparse = (f"{shelves.places_of(environment, slug):,}" for slug in (shelves.SMALL, shelves.SPARSE))
    for what, slug, whole in (
        (f"token at offset {MAX_OFFSET:,}, {MAX_BOOKS} books, {MAX_EXCLUDED:,} exclusions", shelves.FULL, False),
        ("the same with 30 % empty slots", shelves.WITH_GAPS, False),
        (f"the same in whole-read mode, {small} slots", shelves.SMALL, True),
        (f"the same in whole-read mode, {sparse} slots, one in {SPARSE} filled", shelves.SPARSE, True),
    ):
        offset = min(MAX_OFFSET, shelves.places_of(environment, slug) - MAX_BOOKS)
        token = tokens.forged(database_url, slug, offset, MAX_BOOKS, whole_shelf=whole)
        slow = books(service, slug, 0, token, tokens.some_books(database_url, slug, MAX_EXCLUDED))
        yield Pair(f"{what}, against a fresh draw", slow, fresh, at_most(20))


def compare(pair: Pair, environment: Environment) -> Comparison:
    """Measure both calls of a pair in turns."""
    for call in (pair.ours, pair.other):
        call.answer()
        median_ms(call, WARM_UP_S)
    seconds = environment.scale.latency_s
    results = in_turns(
        {"this": lambda: median_ms(pair.ours, seconds), "that": lambda: median_ms(pair.other, seconds)},
        environment.scale.rounds,
    )
    return Comparison(pair.name, "ms", Samples(results["this"]), Samples(results["that"]), pair.goal)


def single_book(service: Program, environment: Environment) -> list[str]:
    """Return the row of the one book among many empty slots; raise AssertionError if it is not drawn."""
    call = services.books_call(service, shelves.SINGLE)
    times = []
    for _ in range(environment.scale.rounds):
        began = time.monotonic()
        books = pb.RecommendBooksResponse.FromString(call.answer()).books
        times.append(time.monotonic() - began)
        assert len(books) == 1, "the only book of the shelf must be drawn"
    name = f"one book among {shelves.places_of(environment, shelves.SINGLE):,} slots"
    return [name, with_spread(Samples(times)), *verdict(SINGLE_GOAL_S, max(times))]


def slowest(pairs: list[Pair], environment: Environment) -> list[str]:
    """Return the row with the longest time of any call of the pairs, from connecting to the answer."""
    times = []
    for call in (call for pair in pairs for call in (pair.ours, pair.other)):
        for _ in range(environment.scale.rounds):
            began = time.monotonic()
            try:
                call.answer()
            except grpc.RpcError:
                times.append(float("inf"))
            times.append(time.monotonic() - began)
    return ["slowest of all these calls", f"{max(times):.2f}", *verdict(DEADLINE_S, max(times))]
