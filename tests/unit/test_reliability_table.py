from tests.support.reliability_table import BEGIN, END, Row, combine, merge

R2 = Row("R2: a kill", "0 failed", "0 of 100 failed", "met", "test_kill")
TLS = Row("TLS: 2 certificates are renewed", "0 failed", "0 of 9 failed", "met", "test_renewal")
R10 = Row("R10: ten upgrades", "one applies", "one applied", "met", "test_upgrades")
EMPTY = f"before\n\n{BEGIN}\n\n{END}\n\nafter\n"


def test_sorts_promises_by_number_and_keeps_the_text_around() -> None:
    document = merge(EMPTY, [TLS, R10, R2])

    assert document.startswith("before\n")
    assert document.endswith("\nafter\n")
    assert 0 < document.index("R2: a kill") < document.index("R10: ten") < document.index("TLS")


def test_replaces_the_row_of_a_test_and_keeps_the_others() -> None:
    document = merge(merge(EMPTY, [R10, R2, TLS]), [R2._replace(figure="7 of 100 failed", verdict="**not met**")])

    assert "0 of 100 failed" not in document
    assert "7 of 100 failed" in document
    assert "R10: ten upgrades" in document
    assert "TLS: 2 certificates are renewed" in document
    assert merge(document, []) == document


def test_a_promise_with_one_failed_case_is_not_met() -> None:
    (row,) = combine([R2, R2._replace(figure="7 of 100 failed", verdict="**not met**"), R2])

    assert row.figure == "0 of 100 failed; 7 of 100 failed; 0 of 100 failed"
    assert row.verdict == "**not met**"
