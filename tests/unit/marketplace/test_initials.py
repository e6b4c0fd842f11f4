"""Categories by the first letters of their names."""

from marketplace.domain import CategoriesPage, CategoriesQuery, Category
from marketplace.pages.initials import by_initial, natural_key


def test_numbers_in_names_are_sorted_by_value() -> None:
    names = ["Volume 10", "volume 2", "Volume 1", "10", "9"]

    assert sorted(names, key=natural_key) == ["Volume 1", "volume 2", "Volume 10", "9", "10"]


def test_categories_are_grouped_by_their_first_letter() -> None:
    categories = [Category(name, name, 1) for name in ("Art", "art", "Zen", "", "Ödes")]
    page = CategoriesPage(tuple(categories), "", ())

    assert by_initial(page, CategoriesQuery()).groups == [
        ("A", categories[:2]),
        ("Z", categories[2:3]),
        ("", categories[3:4]),
        ("Ö", categories[4:]),
    ]
