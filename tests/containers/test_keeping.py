"""Maintenance as docs/operations.md describes it: backups and new passwords."""

from pathlib import Path

from tests.support.compose_stack import Stack, fresh_stack
from tests.support.open_loop_clients import OpenLoopClients


def test_a_backup_is_restored_into_a_fresh_shop_and_over_an_open_one(images: Stack, tmp_path: Path) -> None:
    dump = tmp_path / "bookstall.dump"
    with fresh_stack("backup") as stack:
        stack.compose("up --detach --wait marketplace")
        books = stack.books()
        stack.compose(f"exec -T postgres pg_dump -U postgres -Fc bookstall > '{dump}'")

        stack.compose("run --rm -T seed load -", given="title\nNot in the backup\n")
        assert stack.books() != books
        restore = "exec -T postgres pg_restore -U postgres -d bookstall --clean --if-exists --single-transaction"
        with OpenLoopClients(stack.port, rate=20) as clients:
            stack.compose(f"{restore} < '{dump}'")
        assert {request.status for request in clients.requests} <= {200, 503}
        assert all(request.sound for request in clients.requests), "a whole page, or an error page with Retry-After"
        assert stack.books() == books
        stack.wait_for_page(within_s=5)

        stack.compose("down --volumes")
        stack.compose("run --rm -T roles")
        stack.compose(f"{restore} < '{dump}'")
        stack.compose("up --detach --wait marketplace")
        assert stack.books() == books
        assert stack.compose("logs --no-log-prefix seed").strip().endswith("nothing was done.")
        owners = stack.psql("SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = 'public'")
        assert owners == "bookstall_owner"


def test_a_password_file_that_was_emptied_is_made_anew(stack: Stack) -> None:
    empty = "cd /var/lib/passwords && rm bookstall_service && : > bookstall_service"
    stack.compose(f"run --rm -T --entrypoint sh passwords -c '{empty}'")
    assert "a password file is missing or empty" in stack.compose("run --rm -T --no-deps roles || true")
    assert "made the password of bookstall_service" in stack.compose("run --rm -T passwords")
    stack.compose("run --rm -T roles")
    stack.compose("restart postgres")
    stack.wait_for_page(within_s=10)


def test_new_passwords_take_the_place_of_the_old_ones(stack: Stack) -> None:
    read = "exec -T recommendations cat /var/lib/passwords/bookstall_service"
    old = stack.compose(read)
    stack.compose("run --rm -T passwords --new")
    stack.compose("run --rm -T roles")
    new = stack.compose(read)
    assert new != old
    stack.wait_for_page(within_s=5)
    stack.compose("restart postgres")
    stack.wait_for_page(within_s=10)
    script = (
        "import psycopg, sys\n"
        f"for password in ('{old}', '{new}'):\n"
        "    try: psycopg.connect('postgresql://bookstall_service@postgres/bookstall', password=password).close()\n"
        "    except psycopg.OperationalError: print('refused')\n"
        "    else: print('entered')\n"
    )
    assert stack.compose("exec -T recommendations python -", given=script).split() == ["refused", "entered"]
