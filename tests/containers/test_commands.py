"""The README's four commands, word for word."""

from tests.support.compose_stack import Stack, fresh_stack

MY_OWN = "SELECT count(*) FROM book WHERE title = 'One of my own'"


def add_a_book_of_my_own(stack: Stack) -> None:
    stack.psql("INSERT INTO book (title, fingerprint) VALUES ('One of my own', gen_random_uuid())")


def passwords(stack: Stack) -> list[str]:
    """Return all passwords, by the container that makes them: no other one can read them all."""
    output = stack.compose("run --rm -T --entrypoint sh passwords -c 'cd /var/lib/passwords && grep -H . *'")
    result = sorted(line for line in output.splitlines() if line.startswith("bookstall_"))
    assert len(result) == 3
    return result


def test_the_four_commands_work_twice_and_books_and_passwords_survive(images: Stack) -> None:
    kept = []
    with fresh_stack("commands") as stack:
        for turn in range(2):
            stack.run("docker compose build")
            stack.run("docker compose up -d --wait")
            output = stack.run("docker compose exec marketplace pytest marketplace_integration_test.py")
            assert " passed" in output
            assert " failed" not in output
            if turn == 0:  # the built-in books would come back even without a volume
                add_a_book_of_my_own(stack)
            kept.append((stack.books(), passwords(stack)))
            assert stack.psql(MY_OWN) == "1"
            stack.run("docker compose down")
    assert kept[0] == kept[1]


def test_down_with_its_volumes_and_up_again_gives_a_fresh_shop(images: Stack) -> None:
    with fresh_stack("fresh") as stack:
        stack.compose("up --detach recommendations")
        add_a_book_of_my_own(stack)
        before = passwords(stack)
        stack.compose("down --volumes")
        stack.compose("up --detach --wait marketplace")
        assert stack.psql(MY_OWN) == "0"
        assert not set(passwords(stack)) & set(before)
        stack.wait_for_page(within_s=5)
