"""The owner's settings: what shop.toml may say, and how mistakes are reported."""

import struct
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from marketplace.app import create_app
from marketplace.branding.contrast import contrast_ratio
from marketplace.branding.shop import load_shop
from marketplace.branding.shop_file import ShopFileError
from marketplace.branding.url_templates import URLTemplateError, check_url_template, fill_url_template
from marketplace.branding.words import DEFAULT_FILE, WordsError, default_words, parse_words
from marketplace.config import Settings, SettingsError, from_environment
from tests.support.fake_client import FakeClient

HOST = "https://catalogue.example"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><script>alert(1)</script></svg>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 1200, 630)
SHOP = f"""
name = "Nile & Sons <Books>"
tagline = "Since 1902"
logo = "logo.svg"
preview_image = "preview.png"
[colours]
light = "#0b5d1e"
dark = "#9be3a8"
[footer]
text = "Open until six."
links = [{{ label = "Imprint", url = "https://nile.example/imprint?a=1&b=2" }}]
[book_link]
template = "{HOST}/isbn/{{isbn}}"
label = "Find in our catalogue"
"""


@pytest.fixture
def branded(tmp_path: Path) -> FlaskClient:
    (tmp_path / "logo.svg").write_bytes(LOGO)
    (tmp_path / "preview.png").write_bytes(PNG)
    settings = Settings("nowhere.invalid:1", "127.0.0.1", 5000, 1, 1, (), shop=load_shop(SHOP, tmp_path))
    return create_app(settings, FakeClient()).test_client()


def test_every_page_has_the_shops_name_logo_colours_and_links(branded: FlaskClient) -> None:
    for path in ("/", "/categories", "/categories/mystery", "/books/7", "/nowhere", "/api"):
        page = branded.get(path).text
        assert "Nile &amp; Sons &lt;Books&gt;</title>" in page
        assert "Bookstall" not in page
        assert "Since 1902" in page
        assert 'width="120" height="40">' in page
        assert '<a href="https://nile.example/imprint?a=1&amp;b=2" dir="auto">Imprint</a>' in page
        assert "Open until six." in page
    style = branded.get("/static/style.css").text
    assert "--link: #0b5d1e;" in style
    assert "--link: #9be3a8;" in style


def test_a_logo_cannot_run_scripts(branded: FlaskClient) -> None:
    response = branded.get("/static/shop-logo.svg")

    assert response.data == LOGO
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def test_previews_show_the_shops_own_picture(branded: FlaskClient) -> None:
    assert 'property="og:image" content="http://localhost/static/shop-preview-image.png?v=' in branded.get("/").text


def test_a_book_leads_to_the_owners_catalogue(branded: FlaskClient) -> None:
    assert f'href="{HOST}/isbn/9780140275360">Find in our catalogue</a>' in branded.get("/books/7").text
    assert branded.get("/api/books/7").get_json()["link"] == f"{HOST}/isbn/9780140275360"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('colours = { light = "#ffcc00" }', "colours.light: #ffcc00 has a contrast of 1.39 with the page (#faf5ea)"),
        ('colours = { dark = "#333333" }', "colours.dark: #333333 has a contrast of 1.3"),
        ('colours = { light = "red" }', "colours.light"),
        ('logo = "missing.svg"', "logo: cannot read"),
        ('words = "missing.toml"', "words: cannot read"),
        ('nmae = "Nile"', "unknown field `nmae`"),
        ('name = ""', "name"),
        ("name = Nile", "is not valid TOML"),
        ('footer = { links = [{ label = "x", url = "javascript:alert(1)" }] }', "footer.links[0].url"),
        ('footer = { links = [{ label = "x", url = "http://a.example/" }] }', "footer.links[0].url"),
        ('book_link = { template = "http://a.example/{isbn}" }', "book_link.template must begin with https://"),
        ('book_link = { template = "https://{title}.example/" }', "book_link.template must begin with https://"),
        ('book_link = { template = "https://a.example/{price}" }', "not {price}"),
        ('book_link = { template = "https://a.example/{title.__class__}" }', "not {title.__class__}"),
        ('covers = { isbn_template = "https://a.example/{title}" }', "may have {isbn}, not {title}"),
        ('embed = { frame_ancestors = ["https://a.example; script-src *"] }', "embed.frame_ancestors[0]"),
        ('api = { cors_origins = ["http://a.example"] }', "api.cors_origins[0]"),
        ("home = { shelves = 51 }", "home.shelves"),
    ],
)
def test_a_mistake_stops_the_start_with_one_sentence(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(text)
    monkeypatch.setenv("MARKETPLACE_SHOP_FILE", str(path))

    with pytest.raises(SettingsError) as error:
        from_environment()

    assert str(error.value).startswith(f"MARKETPLACE_SHOP_FILE: {path}: ")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


def test_the_file_may_be_missing_only_by_mistake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MARKETPLACE_SHOP_FILE", str(tmp_path / "none.toml"))

    with pytest.raises(SettingsError, match="cannot read"):
        from_environment()


def test_the_environment_may_hold_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKETPLACE_SHOP", 'name = "Nile"')

    assert from_environment().shop.file.name == "Nile"


def test_an_image_must_have_the_format_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"<html>")

    with pytest.raises(ShopFileError, match="must be an SVG with a viewBox, or a PNG"):
        load_shop('logo = "logo.png"', tmp_path)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast_ratio("#000000", "#ffffff") == 21
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@given(st.text(min_size=1, max_size=400))
def test_no_title_changes_where_a_link_leads(title: str) -> None:
    template = f"{HOST}/search?q={{title}}&x=1#top"
    check_url_template(template, {"title"})
    title = title.encode("utf-8", "replace").decode()
    url = fill_url_template(template, {"title": title})

    assert url is not None
    value = url.removeprefix(f"{HOST}/search?q=").removesuffix("&x=1#top")
    assert not set(value) & set("&#?/:@\\ \"'<>\r\n")


def test_a_link_without_its_fact_is_left_out() -> None:
    assert fill_url_template(f"{HOST}/{{isbn}}", {"isbn": ""}) is None


@pytest.mark.parametrize("template", ["https://a.example", "https://a.example/{", "https://a.example/{title!r}"])
def test_a_broken_template_is_refused(template: str) -> None:
    with pytest.raises(URLTemplateError):
        check_url_template(template, {"title"})


def test_a_translation_replaces_the_words(tmp_path: Path) -> None:
    text = DEFAULT_FILE.read_text("utf-8").replace('"Surprise me"', '"فاجئني"').replace('"ltr"', '"rtl"')
    (tmp_path / "words.toml").write_text(text.replace('language = "en" ', 'language = "ar" '))
    settings = Settings(
        "nowhere.invalid:1", "127.0.0.1", 5000, 1, 1, (), shop=load_shop('words = "words.toml"', tmp_path)
    )

    page = create_app(settings, FakeClient()).test_client().get("/").text

    assert '<html lang="ar" dir="rtl">' in page
    assert ">فاجئني</a>" in page


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('surprise = "Surprise me"\n', "", "lacks the text page.surprise"),
        ('"{year} BC"', '"{jahr} v. Chr."', "book.bc must have the same words in braces"),
        ('"{year} BC"', '"{year BC"', "unpaired braces"),
        ('"{year} BC"', '"{year} BC', "is not valid TOML"),
    ],
)
def test_an_incomplete_translation_is_refused(old: str, new: str, sentence: str) -> None:
    text = DEFAULT_FILE.read_text("utf-8")
    assert old in text

    with pytest.raises(WordsError, match=sentence):
        parse_words(text.replace(old, new), default_words())


def test_every_default_text_is_used() -> None:
    folder = Path(create_app.__code__.co_filename).parent / "pages" / "templates"
    used = " ".join(path.read_text("utf-8") for path in folder.glob("*.html"))
    modules = " ".join(path.read_text("utf-8") for path in folder.parents[1].rglob("*.py"))

    for section, texts in default_words().items():
        for name in texts:
            if section in {"languages", "error"} or f"words.{section}.{name}" in used:
                continue
            assert f'"{name}"' in modules, f"no module uses {section}.{name}"
