"""The list of categories, by pages and by letters."""

import re

from flask.testing import FlaskClient

from marketplace.domain import (
    CategoriesPage,
    CategoriesQuery,
    Category,
)
from tests.support.fake_client import MYSTERY, FakeClient


def test_categories_are_listed_page_by_page(client: FlaskClient, recommendations_client: FakeClient) -> None:
    page = client.get("/categories?page_token=t").text

    assert "<title>All categories · Bookstall</title>" in page
    assert 'href="/categories/mystery"' in page
    assert 'href="/categories?page_token=more-categories"' in page
    assert 'href="/categories">Back to the first</a>' in page
    assert recommendations_client.queries == [CategoriesQuery(1_000, "t", with_initials=True)]


def test_a_page_of_many_categories_says_where_it_is_and_leads_to_each_letter(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    names = [f"{letter}{number}" for letter in "AbÄ" for number in range(30)]
    listed = tuple(Category(f"slug-{number}", name, 3) for number, name in enumerate(names))
    recommendations_client.categories = CategoriesPage(listed, "more-categories", ("1", "2", "a", "b", "ä", "ж"))

    page = client.get("/categories").text

    assert "from <bdi>A0</bdi> to <bdi>Ä29</bdi>" in page
    assert re.findall(r'href="#(part-\d)">(.)</a>', page) == [("part-1", "A"), ("part-2", "B"), ("part-3", "Ä")]
    assert re.findall(r'id="(part-\d)">(.)</h2>', page) == [("part-1", "A"), ("part-2", "B"), ("part-3", "Ä")]
    assert page.count('href="/categories/slug-') == 90
    assert '<a href="/categories?starting_at=1">0–9</a>' in page
    assert '<a href="/categories?starting_at=%D0%B6">Ж</a>' in page


def test_a_letter_that_may_have_begun_on_an_earlier_page_leads_to_its_first_category(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    listed = tuple(Category(f"slug-{number}", f"{'ab'[number > 50]}{number}", 3) for number in range(90))
    recommendations_client.categories = CategoriesPage(listed, "", ("a", "b"))

    page = client.get("/categories?page_token=t").text

    assert '<a href="/categories?starting_at=a">A</a>' in page
    assert '<a href="#part-2">B</a>' in page


def test_a_service_without_initials_still_gives_the_letters_of_the_page(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.categories = CategoriesPage((MYSTERY,), "more-categories", ())

    assert '<a href="/categories?starting_at=M">M</a>' in client.get("/categories").text


def test_after_the_last_letter_the_list_leads_back(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.categories = CategoriesPage((), "", ())

    page = client.get("/categories?starting_at=z").text

    assert recommendations_client.queries == [CategoriesQuery(1_000, starting_at="z", with_initials=True)]
    assert "No more categories" in page
    assert 'href="/categories">Back to the first</a>' in page
