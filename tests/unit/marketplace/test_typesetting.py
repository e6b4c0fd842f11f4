import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.pages.typesetting import is_rtl, printable, set_text, width_of

WIDTH = 400
SIZES = {60: 3, 40: 6}
LATIN = st.text("abc dW-", max_size=300)


def words_of(lines: tuple[str, ...]) -> str:
    return "".join("".join(lines).split())


@given(st.one_of(st.text(max_size=300), LATIN))
def test_lines_never_leave_their_place(text: str) -> None:
    setting = set_text(text, WIDTH, SIZES)

    assert len(setting.lines) <= SIZES[setting.size]
    # A line holds one character at least, and a closing mark may hang from a character alone on its line.
    assert all(width_of(line) * setting.size <= WIDTH or len(line) <= 2 for line in setting.lines)


@given(st.one_of(st.text(max_size=300), LATIN))
def test_nothing_is_lost_unless_it_is_cut_with_an_ellipsis(text: str) -> None:
    setting = set_text(text, WIDTH, SIZES)
    whole, shown = words_of((printable(text),)), words_of(setting.lines)

    assert shown == whole or (shown.endswith("…") and whole.startswith(shown[:-1]))


@given(st.text())
def test_whatever_is_printed_can_stand_in_xml(text: str) -> None:
    element = ET.Element("text")
    element.text = printable(text)

    assert (ET.fromstring(ET.tostring(element)).text or "") == printable(text)


@pytest.mark.parametrize("text", ["", " \n", "\x00\x1b", "\ufffe"])
def test_what_shows_nothing_has_no_line(text: str) -> None:
    assert set_text(text, WIDTH, SIZES).lines == ()


def test_control_characters_separate_words() -> None:
    assert printable("\x00Emma\x0b\r\n\tand\x1b[1mEmma\ud800\uffff") == "Emma and [1mEmma"


def test_short_text_is_set_large() -> None:
    assert set_text("The Iliad", WIDTH, SIZES) == (("The Iliad",), 60, False)


def test_longer_text_is_set_smaller_and_broken_between_words() -> None:
    setting = set_text("The Strange Case of Dr Jekyll and Mr Hyde", WIDTH, SIZES)

    assert setting.size == 40
    assert " ".join(setting.lines) == "The Strange Case of Dr Jekyll and Mr Hyde"


def test_text_without_an_end_is_cut() -> None:
    setting = set_text("a very long title " * 10_000, WIDTH, SIZES)

    assert len(setting.lines) == 6
    assert setting.lines[-1].endswith("…")
    assert not any(line.endswith("…") for line in setting.lines[:-1])


def test_words_may_be_broken_behind_a_hyphen() -> None:
    assert set_text("Nineteen-Eighty-Four", WIDTH, SIZES).lines == ("Nineteen-", "Eighty-Four")


def test_a_word_longer_than_a_line_is_broken_where_the_line_ends() -> None:
    assert set_text("x" * 30, WIDTH, SIZES).lines == ("x" * 11, "x" * 11, "x" * 8)


def test_chinese_is_broken_between_any_characters_but_not_before_a_full_stop() -> None:
    assert set_text("紅樓夢紅樓夢。紅", WIDTH, SIZES).lines == ("紅樓夢紅樓", "夢。紅")


def test_marks_stay_with_their_letters() -> None:
    lines = set_text("e\u0301" * 30, WIDTH, SIZES).lines

    assert len(lines) == 3
    assert all(line[0] == "e" and line[-1] == "\u0301" for line in lines)


def test_joined_emoji_stay_whole() -> None:
    family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"

    lines = set_text("xx" + family * 4, WIDTH, SIZES).lines

    assert lines == ("xx" + family, family * 2, family)


@pytest.mark.parametrize(
    ("text", "rtl"),
    [("שלום hello", True), ("ألف ليلة", True), ("hello שלום", False), ("1001 ليلة", True), ("123", False), ("", False)],
)
def test_text_is_read_from_where_its_first_letter_says(text: str, rtl: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_rtl(text) is rtl
    assert set_text(text, WIDTH, SIZES).is_rtl is rtl
