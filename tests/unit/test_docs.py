"""What the documents name exists: targets, files, links, settings, commands, layers."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        ROOT / "SECURITY.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
)
COMPOSE_COMMANDS = [
    "docker compose build",
    "docker compose up -d --wait",
    "docker compose exec marketplace pytest marketplace_integration_test.py",
    "docker compose down",
]
OTHERS_SETTINGS = {
    "BOOKSTALL_BROWSER",  # of the tests, as the next three
    "BOOKSTALL_CHURN_S",
    "BOOKSTALL_STREAM_S",
    "MARKETPLACE_URL",
    "RECOMMENDATIONS_HOST",  # the tutorial's
}
SETTING = re.compile(r"\b(?:BOOKSTALL|DATABASE|MARKETPLACE|OTEL|PG|RECOMMENDATIONS|TEST)_[A-Z_]*[A-Z]\b")

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def text_of(*names: str) -> str:
    return "\n".join((ROOT / name).read_text("utf-8") for name in names)


def code_in(text: str) -> list[str]:
    """Return what a document shows as code: blocks that are fenced or indented, and spans in a line."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    blocks += re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    return blocks + re.findall(r"`([^`\n]+)`", text)


def named(pattern: str, codes: Iterable[str]) -> set[str]:
    return {name for code in codes for name in re.findall(pattern, code, re.MULTILINE)}


def anchors_of(markdown: str) -> set[str]:
    """Return the anchors that a reader of Markdown gives to headings: letters, digits, hyphens."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> Iterator[str]:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)", document.read_text("utf-8")):
        path = (document.parent / target) if target else document
        if not path.exists() or (anchor and anchor not in anchors_of(path.read_text("utf-8"))):
            yield f"{target}#{anchor}"


@each_document
def test_names_only_existing_make_targets(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert named(r"(?:^\s*|=\S* )make ([a-z-]+)", code_in(document.read_text("utf-8"))) <= targets


@each_document
def test_links_only_to_existing_targets(document: Path) -> None:
    assert list(broken_links(document)) == []


@each_document
def test_names_only_existing_files(document: Path) -> None:
    folders = "|".join(re.escape(path.name) for path in ROOT.iterdir() if path.is_dir())
    paths = named(rf"^((?:{folders})/[\w./-]*)$", code_in(document.read_text("utf-8")))
    assert {path for path in paths if not path.startswith(".") and not (ROOT / path).exists()} == set()


@each_document
def test_names_only_existing_settings(document: Path) -> None:
    there_are = set(SETTING.findall(text_of(".env.example", "docker-compose.yaml"))) | OTHERS_SETTINGS
    assert set(SETTING.findall(document.read_text("utf-8"))) <= there_are


def test_the_list_of_settings_has_those_of_the_code() -> None:
    read = set(SETTING.findall(text_of("marketplace/config.py", "quickstart/settings.py", "recommendations/config.py")))
    assert {name for name in read if not name.endswith("_")} <= set(SETTING.findall(text_of(".env.example")))


def test_the_list_of_settings_has_those_of_compose() -> None:
    read = set(re.findall(r"(?<!\$)\$\{(\w+)", text_of(*(path.name for path in ROOT.glob("docker-compose*.yaml")))))
    assert "MARKETPLACE_PORT" in read
    assert read <= set(SETTING.findall(text_of(".env.example")))


def test_the_four_compose_commands_are_those_that_ci_runs() -> None:
    block = next(code for code in code_in(text_of("README.md")) if "docker compose build" in code)
    assert [line.split(" #")[0].strip() for line in block.splitlines()] == COMPOSE_COMMANDS
    # CI has no terminal.
    run = [line.strip().replace("exec -T ", "exec ") for line in text_of(".ci/run").splitlines()]
    assert [line for line in run if line in COMPOSE_COMMANDS] == COMPOSE_COMMANDS


def test_the_two_commands_are_those_that_ci_runs() -> None:
    readme, run = text_of("README.md"), text_of(".ci/run")
    for command in ("make run", "make test"):
        assert re.search(rf"^    {command} +# ", readme, re.MULTILINE)
        assert re.search(rf"^[^#\n]*\b{command}\b", run, re.MULTILINE)


def test_each_recipe_names_files_to_change() -> None:
    recipes = re.findall(
        r"^## (?:Add|Change) (.+?)\n(.*?)(?=^## )", text_of("CONTRIBUTING.md"), re.DOTALL | re.MULTILINE
    )
    files = {title: named(r"^[\w./-]+\.(?:py|proto|yaml|html|toml|md)$", code_in(text)) for title, text in recipes}
    assert {"a column, from CSV to page", "an RPC", "a catalogue reader", "a setting", "a default"} <= files.keys()
    assert [title for title, names in files.items() if not names] == []


def test_the_architecture_names_every_module_of_the_layers() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layered = " ".join(layer for contract in contracts for layer in contract.get("layers", []))
    modules = {module.rpartition(".")[2] for module in re.findall(r"[\w.]+", layered)}
    assert len(modules) > 10
    assert modules <= set(code_in(text_of("docs/architecture.md")))


def test_decisions_have_numbers_of_their_own_and_a_title() -> None:
    index = ROOT / "docs/decisions/README.md"
    pages = sorted({*index.parent.glob("*.md")} - {index})
    numbers = [re.match(r"\d{4}-[a-z0-9-]+\.md$", page.name) and page.name[:4] for page in pages]
    assert None not in numbers
    assert len(set(numbers)) == len(pages)
    titles = [page.read_text("utf-8").splitlines()[0].removeprefix("# ") for page in pages]
    listed = re.findall(r"^- \[(\d{4})\]\((.+)\): (.+)$", index.read_text("utf-8"), re.MULTILINE)
    assert listed == [(page.name[:4], page.name, title) for page, title in zip(pages, titles, strict=True)]
