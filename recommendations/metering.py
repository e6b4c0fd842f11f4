"""Registers the metrics that are read from the components of the running service."""

from collections.abc import Mapping

from recommendations.rpc.deadline_enforcer import DeadlineEnforcer
from recommendations.rpc.health import HealthServicer
from recommendations.storage.batcher import Batcher
from recommendations.storage.catalogue_sizes import CatalogueSizes
from recommendations.storage.connection import DatabaseConnection
from recommendations.storage.replication_lag import ReplicationLag
from recommendations.telemetry.draw_counts import DrawCounts
from recommendations.telemetry.service_metrics import ServiceMetrics


def register_calls(metrics: ServiceMetrics, calls: DeadlineEnforcer, health: HealthServicer) -> None:
    """Register the metrics of running calls and of health."""
    metrics.read("recommendations_calls_in_flight", "Calls in progress.", lambda: calls.running)
    metrics.read(
        "recommendations_serving", "1 while the health service reports SERVING, else 0.", lambda: int(health.is_serving)
    )
    metrics.read(
        "recommendations_health_changes_total", "Changes of health by new status.", lambda: health.changes, ("to",)
    )


def register_draws(metrics: ServiceMetrics, batcher: Batcher, counts: DrawCounts) -> None:
    """Register the metrics of draws."""
    metrics.read("recommendations_draws_queued", "Draws that wait for their batch.", lambda: batcher.queued)
    metrics.read(
        "recommendations_draws_dropped_total",
        "Draws whose callers gave up before their batch was sent.",
        lambda: batcher.dropped_total,
    )
    metrics.read("recommendations_positions_read_total", "Positions that draws read.", lambda: counts.positions)
    metrics.read("recommendations_empty_slots_total", "Positions read that were empty.", lambda: counts.empty_slots)
    metrics.read("recommendations_books_drawn_total", "Books in the pages of draws.", lambda: counts.books)
    metrics.read(
        "recommendations_whole_reads_total", "Draws that read a whole sparse shelf.", lambda: counts.whole_reads
    )
    metrics.read("recommendations_redraws_total", "Repeated draws by reason.", lambda: counts.redraws, ("reason",))


def register_database(
    metrics: ServiceMetrics, connections: Mapping[str, DatabaseConnection], sizes: CatalogueSizes
) -> None:
    """Register the metrics of the database."""
    labels = ("connection", "state")
    metrics.read(
        "recommendations_database_connections",
        "Connections by use and state: idle, busy or closed.",
        lambda: {(name, _state_of(connection)): 1 for name, connection in connections.items()},
        labels,
    )
    metrics.read(
        "recommendations_database_tasks_queued",
        "Tasks that wait for or use a connection, without batches.",
        lambda: {(name,): connection.queued for name, connection in connections.items()},
        labels[:1],
    )
    metrics.read(
        "recommendations_category_books",
        "Books of the largest categories; the empty name is the whole catalogue.",
        lambda: sizes.books,
        ("category",),
    )
    metrics.read(
        "recommendations_category_positions", "Slots of these shelves.", lambda: sizes.positions, ("category",)
    )


def register_lag(metrics: ServiceMetrics, lag: ReplicationLag) -> None:
    """Register how far standbys lag."""
    metrics.read(
        "recommendations_replication_lag_seconds",
        "Time for which the primary has been ahead of what a standby has replayed.",
        lambda: lag.seconds,
        ("server",),
    )


def _state_of(connection: DatabaseConnection) -> str:
    if connection.task_started_s is not None:
        return "busy"
    return "idle" if connection.is_open else "closed"
