import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.record.isbn import InvalidISBNError, LostISBNError, isbn_13

STEADY = settings(deadline=None, derandomize=True, database=None)
DIGITS = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize(
    ("text", "isbn"),
    [
        ("9780439023481", "9780439023481"),
        ("978-0-439-02348-1", "9780439023481"),
        ("0-439-02348-3", "9780439023481"),
        ("ISBN 0439023483", "9780439023481"),
        ("ISBN-13: 978-0-439-02348-1", "9780439023481"),
        ("ISBN-10: 0439023483", "9780439023481"),
        ("isbn13 9780439023481", "9780439023481"),
        ("ISBN 9780439023481 (paperback)", "9780439023481"),
        ("080442957X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("9780439023481.0", "9780439023481"),
        ("9780306406157 (box set)", "9780306406157"),
        ("[0306406152]", "9780306406157"),
        ("080442957X (pbk.) : $9.95", "9780804429573"),
        ("B00DN7EIGK; 9780306406157", "9780306406157"),
        ("0306406152 0439023483", "9780306406157"),
        ("9780306406158, 0-439-02348-3", "9780439023481"),
    ],
)
def test_reads_the_usual_spellings(text: str, isbn: str) -> None:
    assert isbn_13(text) == (isbn, False)


@pytest.mark.parametrize("text", ["439023483", "61120081"])
def test_restores_lost_leading_zeros(text: str) -> None:
    isbn, is_restored = isbn_13(text)

    assert is_restored
    assert isbn == isbn_13(text.zfill(10))[0]


@pytest.mark.parametrize("text", ["9.78043902348e+12", "9,78E+12", "9E12"])
def test_detects_a_number_that_a_spreadsheet_rounded(text: str) -> None:
    with pytest.raises(LostISBNError):
        isbn_13(text)


@pytest.mark.parametrize(
    "text",
    [
        "B00DN7EIGK",
        "[B00DN7EIGK]",
        "0317-8471",
        "7442912",
        "",
        "0",
        "0000000000",
        "9780439023482",
        "0439023484",
        "12",
        "4006381333931",
        "X439023483",
        "٩٧٨٠٤٣٩٠٢٣٤٨١",
        "n/a",
    ],
)
def test_rejects_text_that_is_not_an_isbn(text: str) -> None:
    with pytest.raises(InvalidISBNError):
        isbn_13(text)


@STEADY
@given(DIGITS)
def test_detects_every_single_wrong_digit(body: str) -> None:
    isbn = next(valid for last in "0123456789" if (valid := _valid("978" + body + last)))
    for place in range(3, 13):
        for digit in set("0123456789") - {isbn[place]}:
            assert not _valid(isbn[:place] + digit + isbn[place + 1 :])


@STEADY
@given(st.text(max_size=30))
def test_any_text_is_a_valid_isbn_or_is_rejected(text: str) -> None:
    isbn = _valid(text)

    assert not isbn or (len(isbn) == 13 and isbn.isdecimal())


def _valid(text: str) -> str:
    try:
        return isbn_13(text)[0]
    except (InvalidISBNError, LostISBNError):
        return ""
