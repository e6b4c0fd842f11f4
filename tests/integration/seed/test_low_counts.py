"""A `book_count` that is too low, as after changes by hand, does not stop a later load."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


def test_a_count_that_is_too_low_does_not_stop_a_load(load: Callable[..., Any], engine: sa.Engine) -> None:
    header = "key,title,authors,categories\n"
    load(f"{header}a,A Book,An Author,Mystery\nb,Another Book,An Author,Mystery\n")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE category SET book_count = 0"))
    load(f"{header}a,A Book,An Author,Mystery\n", "--sync")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM book")) == 1
        assert set(connection.scalars(sa.text("SELECT book_count FROM category"))) == {0}
