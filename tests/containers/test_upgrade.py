"""The schema is changed under a running shop: expand, migrate, replace the service, contract."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.containers.stack import Stack, copy_of_the_project, eventually, fresh_stack
from tests.containers.visitors import Visitors

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
    op.add_column("book", sa.Column("subtitle", sa.Text(), nullable=True))
    op.execute("UPDATE book SET subtitle = 'once filled by a migration'")
    with op.get_context().autocommit_block():
        op.create_index("ix__book__subtitle", "book", ["subtitle"], postgresql_concurrently=True)
    op.create_table("shelf_mark", sa.Column("id", sa.Integer(), primary_key=True))
"""
CONTRACT = """

def upgrade() -> None:
    op.drop_table("shelf_mark")
    op.drop_column("book", "subtitle")
"""


@pytest.fixture
def next_images(images: Stack, tmp_path: Path) -> None:
    """Build the images of a next version, which has two more migrations."""
    tree = copy_of_the_project(tmp_path)
    before = images.run("docker run --rm --network none bookstall-catalogue:tests alembic heads").split()[0]
    for revision, what, body in (("expand", "Give books subtitles", EXPAND), ("contract", "Take them away", CONTRACT)):
        script = HEAD.format(what=what, revision=revision, before=before) + body
        (tree / "migrations" / "versions" / f"2099_01_01-{revision}.py").write_text(script)
        before = revision
    replace(images, folder=tree, settings={"BOOKSTALL_TAG": NEXT}).compose("build --quiet")


def test_the_old_service_goes_on_while_the_schema_is_expanded_and_the_new_one_while_it_is_contracted(
    next_images: None,
) -> None:
    with fresh_stack("upgrade") as old:
        old.compose("up --detach --wait marketplace")
        running = old.containers("recommendations")
        new = replace(old, settings={"BOOKSTALL_TAG": NEXT})

        with Visitors(old.port, rate=20) as visitors:
            new.compose("run --rm -T migrate alembic upgrade expand")
            eventually(lambda: len(visitors.visits) > 100, within_s=20)
        assert old.psql("SELECT version_num FROM alembic_version") == "expand"
        assert visitors.failed == []
        assert old.containers("recommendations") == running
        assert old.grpc_health() == "SERVING"

        new.compose("up --detach --wait --no-deps recommendations marketplace")
        assert old.containers("recommendations") != running
        with Visitors(old.port, rate=20) as visitors:
            new.compose("run --rm -T migrate alembic upgrade contract")
            eventually(lambda: len(visitors.visits) > 100, within_s=20)
        assert visitors.failed == []

        # The way back, as long as the old code can live with the new schema: the old image, and no downgrade.
        old.compose("up --detach --wait --no-deps recommendations marketplace")
        old.wait_for_page(within_s=5)


def test_up_with_the_next_images_upgrades_all_and_keeps_the_books(next_images: None) -> None:
    with fresh_stack("again") as old:
        old.compose("up --detach --wait marketplace")
        books = old.books()
        new = replace(old, settings={"BOOKSTALL_TAG": NEXT})
        new.compose("up --detach --wait marketplace")
        assert old.psql("SELECT version_num FROM alembic_version") == "contract"
        assert old.books() == books
