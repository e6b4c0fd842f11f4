"""Writes dashboard.json for Grafana: `python deploy/observability/dashboard.py`."""

import json
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("dashboard.json")

WIDTH, HEIGHT, COLUMNS = 8, 7, 24


class Panel(NamedTuple):
    """A graph: its title, its unit, and its queries by the legend of their lines."""

    title: str
    unit: str
    queries: dict[str, str]


def quantile(share: float, metric: str, by: str) -> str:
    """Return the query for a histogram's quantile."""
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket[$__rate_interval])))"


def rate(metric: str, by: str = "") -> str:
    """Return the query for a counter's rate."""
    grouping = f" by ({by})" if by else ""
    return f"sum{grouping} (rate({metric}[$__rate_interval]))"


def mean(metric: str, by: str) -> str:
    """Return the query for a histogram's mean."""
    return f"{rate(f'{metric}_sum', by)} / {rate(f'{metric}_count', by)}"


PANELS = (
    Panel("Pages by status", "reqps", {"{{status}}": rate("marketplace_requests_total", "status")}),
    Panel(
        "Pages: 99 % are faster",
        "s",
        {"{{route}}": quantile(0.99, "marketplace_request_duration_seconds", "route")},
    ),
    Panel(
        "Marketplace threads",
        "short",
        {"busy": "sum(marketplace_threads_busy)", "waiting": "sum(marketplace_requests_waiting)"},
    ),
    Panel("Waiting for the service", "s", {"{{method}}": mean("marketplace_service_call_duration_seconds", "method")}),
    Panel("Marketplace's calls by status", "reqps", {"{{code}}": rate("marketplace_service_calls_total", "code")}),
    Panel("Rendering", "s", {"{{template}}": mean("marketplace_render_duration_seconds", "template")}),
    Panel("Calls by status", "reqps", {"{{method}} {{code}}": rate("recommendations_calls_total", "method, code")}),
    Panel(
        "Calls: 99 % are faster",
        "s",
        {"{{method}}": quantile(0.99, "recommendations_call_duration_seconds", "method")},
    ),
    Panel(
        "Calls in flight, queued, refused, dropped",
        "short",
        {
            "in flight": "sum(recommendations_calls_in_flight)",
            "queued": "sum(recommendations_draws_queued)",
            "refused per second": rate("recommendations_calls_refused_total"),
            "dropped per second": rate("recommendations_draws_dropped_total"),
        },
    ),
    Panel(
        "Draws of a batch",
        "short",
        {"mean": f"{rate('recommendations_batch_requests_sum')} / {rate('recommendations_batch_requests_count')}"},
    ),
    Panel("Batches: 99 % are faster", "s", {"": quantile(0.99, "recommendations_batch_duration_seconds", "job")}),
    Panel(
        "Positions read per book drawn",
        "short",
        {"positions": f"{rate('recommendations_positions_read_total')} / {rate('recommendations_books_drawn_total')}"},
    ),
    Panel(
        "Empty slots",
        "percentunit",
        {"share": f"{rate('recommendations_empty_slots_total')} / {rate('recommendations_positions_read_total')}"},
    ),
    Panel(
        "Whole reads and redraws",
        "ops",
        {
            "whole reads": rate("recommendations_whole_reads_total"),
            "{{reason}}": rate("recommendations_redraws_total", "reason"),
        },
    ),
    Panel("Serving replicas", "short", {"serving": "sum(recommendations_serving)"}),
    Panel("Changes of health", "short", {"{{to}}": "sum by (to) (increase(recommendations_health_changes_total[1h]))"}),
    Panel(
        "Connections to the database",
        "short",
        {
            "{{state}}": "sum by (state) (recommendations_database_connections)",
            "tasks of {{connection}}": "sum by (connection) (recommendations_database_tasks_queued)",
        },
    ),
    Panel("Lag of standbys", "s", {"{{server}}": "max by (server) (recommendations_replication_lag_seconds)"}),
    Panel(
        "Books of the largest categories",
        "short",
        {"{{category}}": "topk(20, max by (category) (recommendations_category_books))"},
    ),
    Panel("Slots of the catalogue", "short", {"slots": 'max(recommendations_category_positions{category=""})'}),
    Panel("Processor time", "percentunit", {"{{job}}": rate("process_cpu_seconds_total", "job")}),
    Panel("Memory", "bytes", {"{{job}}": "sum by (job) (process_resident_memory_bytes)"}),
)


def dashboard() -> dict[str, Any]:
    """Return the dashboard in Grafana's format."""
    return {
        "title": "Bookstall",
        "uid": "bookstall",
        "schemaVersion": 39,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    per_row = COLUMNS // WIDTH
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": number % per_row * WIDTH, "y": number // per_row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
