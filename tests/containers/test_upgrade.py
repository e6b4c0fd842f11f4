"""The schema is changed under a running shop: expand, migrate, replace the service, contract."""

import json
from dataclasses import replace

import pytest

from tests.support.compose_stack import Stack, copy_of_the_project, eventually, fresh_stack
from tests.support.open_loop_clients import OpenLoopClients

NEXT = "tests-next"

HEAD = '''"""{what}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
'''
EXPAND = """

def upgrade() -> None:
    op.add_column("book", sa.Column("picture_url", sa.Text(), nullable=True))
    op.execute("UPDATE book SET picture_url = cover_url")
    with op.get_context().autocommit_block():
        op.create_index("ix__book__picture_url", "book", ["picture_url"], postgresql_concurrently=True)
"""
CONTRACT = """

def upgrade() -> None:
    op.drop_column("book", "cover_url")
"""
OLD_COLUMN = "cover_url: Mapped[str | None] = mapped_column(Text)"
NEW_COLUMN = 'cover_url: Mapped[str | None] = mapped_column("picture_url", Text)'


@pytest.fixture(scope="module")
def next_images(images: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Build the images of a next version, whose code reads a renamed column, with the two migrations for that."""
    tree = copy_of_the_project(tmp_path_factory.mktemp("next"))
    models = tree / "recommendations" / "storage" / "models.py"
    assert OLD_COLUMN in models.read_text()
    models.write_text(models.read_text().replace(OLD_COLUMN, NEW_COLUMN))
    before = images.run("docker run --rm --network none bookstall-catalogue:tests alembic heads").split()[0]
    for revision, what, body in (("expand", "Add the new name", EXPAND), ("contract", "Drop the old one", CONTRACT)):
        script = HEAD.format(what=what, revision=revision, before=before) + body
        (tree / "migrations" / "versions" / f"2099_01_01-{revision}.py").write_text(script)
        before = revision
    replace(images, folder=tree, settings={"BOOKSTALL_TAG": NEXT}).compose("build --quiet")


def next_version(old: Stack) -> Stack:
    """Return the same stack, whose commands use the next version."""
    return replace(old, settings={"BOOKSTALL_TAG": NEXT})


def migrate_under_load(new: Stack, revision: str) -> None:
    running = new.containers("recommendations")
    with OpenLoopClients(new.port, rate=20) as clients:
        new.compose(f"run --rm -T migrate alembic upgrade {revision}")
        eventually(lambda: len(clients.requests) > 100, within_s=20)
    assert new.psql("SELECT version_num FROM alembic_version") == revision
    assert clients.failed == []
    assert new.containers("recommendations") == running
    assert new.grpc_health() == "SERVING"


def replace_services(version: Stack) -> None:
    before = version.containers("recommendations")
    version.compose("up --detach --wait --no-deps recommendations marketplace")
    assert version.containers("recommendations") != before


def cannot_serve(stack: Stack) -> bool:
    """Return whether the service has checked the schema and reports that it cannot serve with it."""
    printed = stack.compose("logs --no-log-prefix recommendations")
    return "the database cannot serve" in printed and stack.grpc_health() == "NOT_SERVING"


def test_the_shop_stays_open_while_the_schema_is_expanded_under_the_old_and_contracted_under_the_new_service(
    next_images: None,
) -> None:
    with fresh_stack("upgrade") as old:
        old.compose("up --detach --wait marketplace")
        new = next_version(old)
        migrate_under_load(new, "expand")

        replace_services(new)
        book_id = old.psql("UPDATE book SET picture_url = 'https://covers.example/1' WHERE id = 1 RETURNING id")
        output = json.loads(old.get(f"/api/books/{book_id}").body)
        assert output["book"]["cover_url"] == "https://covers.example/1"

        migrate_under_load(new, "contract")


def test_a_rollback_is_the_old_images_on_the_new_schema(next_images: None) -> None:
    with fresh_stack("back") as old:
        old.compose("up --detach --wait marketplace")
        new = next_version(old)
        new.compose("run --rm -T migrate alembic upgrade expand")
        replace_services(new)

        old.run("docker compose up -d")
        assert old.psql("SELECT version_num FROM alembic_version") == "expand"
        (image,) = {old.inspect(one)["Config"]["Image"] for one in old.containers("recommendations")}
        assert image == "bookstall-recommendations:tests"
        old.wait_for_page(within_s=5)


def test_in_another_order_the_service_says_that_it_cannot_serve(next_images: None) -> None:
    with fresh_stack("order") as old:
        old.compose("up --detach --wait marketplace")
        new = next_version(old)
        new.compose("up --detach --no-deps recommendations")
        eventually(lambda: cannot_serve(new), within_s=20, every_s=0.5)
        assert old.get("/").status == 503

        new.compose("run --rm -T migrate alembic upgrade contract")
        new.wait_for_page(within_s=10)
        old.compose("up --detach --no-deps recommendations")
        eventually(lambda: cannot_serve(old), within_s=20, every_s=0.5)
        assert old.get("/").status == 503


def test_up_with_the_next_images_upgrades_all_and_keeps_the_books(next_images: None) -> None:
    with fresh_stack("again") as old:
        old.compose("up --detach --wait marketplace")
        books = old.books()
        new = next_version(old)
        new.compose("up --detach --wait marketplace")
        assert old.psql("SELECT version_num FROM alembic_version") == "contract"
        assert old.books() == books
