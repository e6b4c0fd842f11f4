"""Product modules and functions stay short, unless they are listed with a reason."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("containers", "marketplace", "migrations", "protobufs", "quickstart", "recommendations", "seed")
MAX_MODULE_LINES = 150
MAX_FUNCTION_LINES = 40

LONG_MODULES = {
    "marketplace/domain.py": "declares the types of all pages",
    "marketplace/marketplace_integration_test.py": "one file in the image tests the running shop",
    "marketplace/pages/presentation.py": "registers all template filters",
    "marketplace/pages/views.py": "has a view per page",
    "recommendations/domain/draw.py": "one pure algorithm, explained step by step",
    "recommendations/domain/model.py": "declares the types of all layers",
    "recommendations/domain/page_token.py": "encodes and decodes every token, side by side",
    "recommendations/recommender.py": "has a use case per RPC",
    "recommendations/storage/batcher.py": "one state machine with its measurements",
    "recommendations/storage/connection.py": "one state machine: connect, prepare, cancel, close",
    "recommendations/storage/host_selector.py": "one state machine over the cluster's servers",
    "recommendations/storage/models.py": "declares the schema",
    "recommendations/storage/queries.py": "has a function per statement",
    "recommendations/storage/statements.py": "declares the SQL",
}
LONG_FUNCTIONS = {
    "migrations/versions/2026_11_23-177c9fcb4385_create_the_catalogue.py:upgrade": "declares the first schema",
    "recommendations/app.py:running": "the order of start-up and shutdown, from top to bottom",
    "seed/readers/table.py:_record_factory": "closes over the columns of one table",
    "seed/loading/outcome.py:outcome_of": "one call with a keyword per figure of the report",
}


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "_pb2" not in path.name]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_only_the_listed_modules_are_long() -> None:
    long = {name_of(path) for path in modules() if len(path.read_text("utf-8").splitlines()) > MAX_MODULE_LINES}
    assert long == LONG_MODULES.keys()


def test_only_the_listed_functions_are_long() -> None:
    long = {
        f"{name_of(path)}:{node.name}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    }
    assert long == LONG_FUNCTIONS.keys()
