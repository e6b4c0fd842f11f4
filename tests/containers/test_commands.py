"""The README's four commands, word for word."""

from tests.containers.stack import Stack, fresh_stack


def test_the_four_commands_work_twice_and_the_books_survive(images: Stack) -> None:
    with fresh_stack("commands") as stack:
        catalogues = []
        for _ in range(2):
            stack.run("docker compose build")
            stack.run("docker compose up -d")
            told = stack.run("docker compose exec marketplace pytest marketplace_integration_test.py")
            assert " passed" in told
            assert " failed" not in told
            catalogues.append(stack.books())
            stack.run("docker compose down")
        assert catalogues[0] == catalogues[1]
        assert int(catalogues[0].split("|")[0]) >= 600


def test_down_with_its_volumes_and_up_again_gives_a_fresh_shop(images: Stack) -> None:
    read_password = "run --rm -T --no-deps --entrypoint cat seed /var/lib/passwords/bookstall_seeder"
    with fresh_stack("fresh") as stack:
        stack.compose("up --detach recommendations")
        stack.psql("INSERT INTO book (title, fingerprint) VALUES ('One of my own', gen_random_uuid())")
        password = stack.compose(read_password)
        stack.compose("down --volumes")
        stack.compose("up --detach --wait marketplace")
        assert stack.psql("SELECT count(*) FROM book WHERE title = 'One of my own'") == "0"
        assert stack.compose(read_password) != password
        stack.wait_for_page(within_s=5)
