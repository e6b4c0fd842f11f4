import io
import os

from quickstart.console import Console


def test_puts_the_parts_name_in_front_of_each_line() -> None:
    out = io.StringIO()
    console = Console(out, coloured=False)

    console.line("recommendations", "serving")
    console.line("seed", "nothing to do")
    console.say("Bookstall is open.")

    assert out.getvalue() == "recommendations | serving\nseed            | nothing to do\nBookstall is open.\n"


def test_gives_each_part_a_colour_of_its_own_and_keeps_it() -> None:
    out = io.StringIO()
    console = Console(out, coloured=True)

    for name in ("seed", "marketplace", "seed"):
        console.line(name, "text")

    first, second, third = out.getvalue().splitlines()
    assert first == third
    assert first.startswith("\033[36mseed ")
    assert second.startswith("\033[33mmarketplace ")
    assert first.endswith("|\033[0m text")


def test_is_plain_where_it_is_no_terminal() -> None:
    out = io.StringIO()

    Console.on(out, {}).line("seed", "text")

    assert "\033" not in out.getvalue()


def test_is_plain_where_the_user_wants_no_colour() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, coloured = Terminal(), Terminal()

    Console.on(plain, {"NO_COLOR": "1"}).line("seed", "text")
    Console.on(coloured, {}).line("seed", "text")

    assert "\033" not in plain.getvalue()
    assert "\033" in coloured.getvalue()


def test_goes_on_when_nobody_reads_any_more() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as out:
        console = Console(out, coloured=False)
        os.close(reading)

        console.say("lost")
        console.say("lost too")
