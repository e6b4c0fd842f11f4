"""The shop's branding: the validated shop.toml and the files that it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.branding.contrast import contrast_ratio
from marketplace.branding.shop_file import Colours, ShopFile, ShopFileError, parse_shop_file
from marketplace.branding.url_templates import URLTemplateError, check_url_template, fill_url_template
from marketplace.branding.words import Words, WordsError, default_words, parse_words
from marketplace.domain import Book

MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
LIGHT_PAGE, DARK_PAGE = "#faf5ea", "#231d19"  # the backgrounds of style.css that give text the least contrast
_MAX_IMAGE_BYTES = 500_000
_BOOK_FACTS = frozenset({"isbn", "title", "authors", "id", "source_key"})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Image:
    """An image of the owner: its name below /static/, its content, and its size in pixels."""

    name: str
    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Shop:
    """The owner's settings and files."""

    file: ShopFile = field(default_factory=ShopFile)
    words: Words = field(default_factory=default_words)
    logo: Image | None = None
    preview: Image | None = None

    def book_url(self, book: Book) -> str | None:
        """Return the owner's link to a book; None without a template, or if the book lacks a value for it."""
        if not self.file.book_link.template:
            return None
        values = {
            "id": str(book.id),
            "title": book.title,
            "authors": ", ".join(book.authors),
            "isbn": book.isbn or "",
            "source_key": book.sources[0].key if book.sources else "",
        }
        return fill_url_template(self.file.book_link.template, values)


def load_shop(text: str, folder: Path) -> Shop:
    """Validate the text of a shop.toml, and read the files that it names in this folder.

    Raises:
        ShopFileError: If anything is invalid; the message is one sentence for the owner.
    """
    file = parse_shop_file(text)
    _check_colours(file.colours)
    _check_template("book_link.template", file.book_link.template, _BOOK_FACTS)
    _check_template("covers.isbn_template", file.covers.isbn_template, frozenset({"isbn"}))
    return Shop(
        file=file,
        words=_read_words(folder, file.words) if file.words else default_words(),
        logo=_read_image("logo", folder, file.logo) if file.logo else None,
        preview=_read_image("preview_image", folder, file.preview_image) if file.preview_image else None,
    )


def style_of(colours: Colours) -> str:
    """Return the CSS rules that override the style sheet's colours."""
    return "".join(_rules(colours))


def _rules(colours: Colours) -> Iterator[str]:
    if colours.light:
        yield (
            f"\n:root {{ --link: {colours.light}; --link-strong: color-mix(in srgb, {colours.light} 75%, #000); "
            f"--on-link: {_text_on(colours.light)}; --stripe: {colours.light}; }}"
        )
    if colours.dark:
        yield (
            f"\n@media (prefers-color-scheme: dark) {{ :root {{ --link: {colours.dark}; "
            f"--link-strong: color-mix(in srgb, {colours.dark} 70%, #fff); --on-link: {_text_on(colours.dark)}; "
            f"--stripe: {colours.dark}; }} }}"
        )


def _text_on(colour: str) -> str:
    return max("#ffffff", "#14100d", key=lambda text: contrast_ratio(text, colour))


def _check_colours(colours: Colours) -> None:
    for name, colour, page in (("light", colours.light, LIGHT_PAGE), ("dark", colours.dark, DARK_PAGE)):
        ratio = contrast_ratio(colour, page) if colour else MIN_CONTRAST
        if ratio < MIN_CONTRAST:
            raise ShopFileError(
                f"colours.{name}: {colour} has a contrast of {ratio:.2f} with the page ({page}), "
                f"but text needs at least {MIN_CONTRAST}"
            )


def _check_template(name: str, template: str, allowed: frozenset[str]) -> None:
    if template:
        try:
            check_url_template(template, allowed)
        except URLTemplateError as error:
            raise ShopFileError(f"{name} {error}") from error


def _read_words(folder: Path, name: str) -> Words:
    try:
        return parse_words(_read("words", folder, name).decode("utf-8"), default_words())
    except (WordsError, UnicodeDecodeError) as error:
        raise ShopFileError(f"words: {name} {error}") from error


def _read_image(setting: str, folder: Path, name: str) -> Image:
    content = _read(setting, folder, name)
    if len(content) > _MAX_IMAGE_BYTES:
        raise ShopFileError(f"{setting}: {name} has more than {_MAX_IMAGE_BYTES // 1_000} kB")
    suffix = Path(name).suffix.lower()
    size = _svg_size(content) if suffix == ".svg" and setting == "logo" else _png_size(content)
    if not size:
        kinds = "an SVG with a viewBox, or a PNG" if setting == "logo" else "a PNG"
        raise ShopFileError(f"{setting}: {name} must be {kinds}")
    return Image(f"shop-{setting.replace('_', '-')}{suffix}", content, *size)


def _read(setting: str, folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ShopFileError(f"{setting}: cannot read {folder / name}: {error.strerror}") from error


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(_PNG_SIGNATURE):
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _svg_size(content: bytes) -> tuple[int, int] | None:
    match = re.search(rb'viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)\s*"', content)
    return (max(1, round(float(match[1]))), max(1, round(float(match[2])))) if match else None
