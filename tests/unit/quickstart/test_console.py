import io
import os

from quickstart.console import Console


def test_labels_each_line() -> None:
    out = io.StringIO()
    console = Console(out, coloured=False)

    console.print_line("recommendations", "serving")
    console.print_line("seed", "nothing to do")
    console.print("Bookstall is open.")

    assert out.getvalue() == "recommendations | serving\nseed            | nothing to do\nBookstall is open.\n"


def test_gives_each_name_its_own_colour() -> None:
    out = io.StringIO()
    console = Console(out, coloured=True)

    for name in ("seed", "marketplace", "seed"):
        console.print_line(name, "text")

    first, second, third = out.getvalue().splitlines()
    assert first == third
    assert first.startswith("\033[36mseed ")
    assert second.startswith("\033[33mmarketplace ")
    assert first.endswith("|\033[0m text")


def test_is_plain_unless_it_is_a_terminal() -> None:
    out = io.StringIO()

    Console.on(out, {}).print_line("seed", "text")

    assert "\033" not in out.getvalue()


def test_is_plain_if_no_color_is_set() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    plain, coloured = Terminal(), Terminal()

    Console.on(plain, {"NO_COLOR": "1"}).print_line("seed", "text")
    Console.on(coloured, {}).print_line("seed", "text")

    assert "\033" not in plain.getvalue()
    assert "\033" in coloured.getvalue()


def test_goes_on_when_the_reader_has_gone() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as out:
        console = Console(out, coloured=False)
        os.close(reading)

        console.print("lost")
        console.print("lost too")
