"""Unusual catalogues: titles that break pages, and shelves with no or few books."""

from typing import Any

from tests.support.shelves import WHOLE_CATALOGUE_ID, Shop

MARKUP = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
QUOTES = """She said "it's" 'done' & left &amp; &lt;b&gt; `here` \\ %s %(x)s"""
BRACES = "{{7*7}} {% for x in y %} ${7*7} #{7*7} {# gone? #}"
OVERRIDE = "\u202eright to left\u202c and \u2067isolated and never closed"
ENDLESS = "The Unabridged Account, " * 410
LONG = ("The Life and Strange Surprizing Adventures of a Bookseller, of York, Mariner, " * 13)[:958]
UNBROKEN = "Donaudampfschiffahrtsgesellschaft" * 8
ARABIC = "ألف ليلة وليلة"
HEBREW = "שיר השירים (Song of Songs) 2"
CHINESE = "紅樓夢"
JAPANESE = "源氏物語 " * 12
AUTHORS = [f"Author the {number}th of a Long Line" for number in range(1, 15)]

DIFFICULT: dict[str, dict[str, Any]] = {
    MARKUP: {"authors": ["<b>Bold</b> & Sons"], "description": "<style>*{display:none}</style>"},
    QUOTES: {"authors": ['O"Brien'], "year": 1999},
    BRACES: {"authors": ["{{ config }}"]},
    OVERRIDE: {"authors": ["\u202eAuthor", "Second"], "description": "\u202eAll of it turned round."},
    ENDLESS: {"authors": ["Anon"], "description": "word " * 2_000},
    LONG: {"authors": ["A Patient Printer"], "year": 1719, "language": "en"},
    UNBROKEN: {"authors": ["Kapitänswitwenrentenauszahlungsstelle" * 3], "description": "x" * 3_000},
    ARABIC: {"authors": ["مجهول"], "year": 900, "language": "ar", "description": "حكايات من الشرق، رواها كثيرون."},
    HEBREW: {"year": -500, "language": "he"},
    CHINESE: {"authors": ["曹雪芹"], "year": 1791, "language": "zh"},
    JAPANESE: {"authors": ["紫式部"], "year": 1008, "language": "ja"},
    "Fourteen Hands": {"authors": AUTHORS, "year": 2001},
    "Nobody Wrote This": {},
    "Before the Common Era": {"authors": ["Homer"], "year": -800},
    "Of the First Century": {"authors": ["Pliny"], "year": 77},
    "?": {"authors": ["?"], "isbn": "9780306406157"},
}
"""Each title, and the other columns of its book."""

ALONE = "Alone on Its Shelf"

MANY = 5_000
FILLED = 5
"""The number of categories with books besides those `MANY`."""


def fill_with_difficult_books(shop: Shop) -> dict[str, int]:
    """Fill an empty catalogue: one shelf of all these books, some of few, an empty one; return the ids by title."""
    ids = {title: shop.book(title, **columns) for title, columns in DIFFICULT.items()}
    books = list(ids.values())
    ids[ALONE] = shop.book(ALONE)
    shop.append(WHOLE_CATALOGUE_ID, list(ids.values()))
    shop.append(shop.category("difficult", 'Difficult "titles" & <others>'), books)
    shop.append(shop.category("three", "A shelf of three"), books[-3:])
    shop.append(shop.category("unbroken", UNBROKEN), [ids[UNBROKEN], ids[LONG]])
    shop.append(shop.category("one", "قصص"), [ids[ARABIC]])
    shop.append(shop.category("alone", "A shelf of its own"), [ids[ALONE]])
    shop.category("bare", "A bare shelf")
    return ids


def add_many_categories(shop: Shop) -> None:
    """Add 5,000 categories, with one and the same book on each; it is not on the whole catalogue's shelf."""
    shop.run(
        "WITH made AS (INSERT INTO category (slug, name, book_count, high_water)"
        " SELECT 'many-' || n, initcap(substr(md5(n::text), 1, 7)) || ' ' || n, 1, 1 FROM generate_series(1, %s) AS n"
        " RETURNING id) INSERT INTO slot SELECT id, 1, %s FROM made",
        MANY,
        shop.book("Everywhere at Once", authors=["A. Ubiquist"]),
    )
