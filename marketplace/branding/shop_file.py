"""The owner's settings in shop.toml: name, colours, links, shelves."""

import tomllib
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Text = Annotated[str, Meta(max_length=1_000)]
ShortText = Annotated[str, Meta(min_length=1, max_length=80)]
Colour = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$")]
HttpsURL = Annotated[str, Meta(pattern=r'^https://[^\s"<>]+$')]
Origin = Annotated[str, Meta(pattern=r"^https://[a-z0-9.-]+(:[0-9]{1,5})?$")]
Slug = Annotated[str, Meta(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]


class ShopFileError(Exception):
    """The file is invalid; the message is one sentence for the owner."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class Colours(_Strict, frozen=True):
    """The colour of links, buttons and the awning on light and on dark pages. Empty: the shop's red."""

    light: Colour | None = None
    dark: Colour | None = None


class Link(_Strict, frozen=True):
    """A link in the footer."""

    label: ShortText
    url: HttpsURL


class Footer(_Strict, frozen=True):
    """The footer's text and links. None means the default text of the words file."""

    text: Text | None = None
    links: tuple[Link, ...] = ()


class BookLink(_Strict, frozen=True):
    """A link from each book to another site: a URL template and the label of its button."""

    template: str = ""
    label: Annotated[str, Meta(max_length=80)] = ""


class Covers(_Strict, frozen=True):
    """The URL template of cover pictures by ISBN. Empty: no such pictures."""

    isbn_template: str = ""


class Home(_Strict, frozen=True):
    """The shelves of the home page. 0: the service's default."""

    shelves: Annotated[int, Meta(ge=0, le=50)] = 0
    books: Annotated[int, Meta(ge=0, le=20)] = 0
    featured: bool = True
    first: Annotated[tuple[Slug, ...], Meta(max_length=50)] = ()
    without: Annotated[tuple[Slug, ...], Meta(max_length=50)] = ()


class Embed(_Strict, frozen=True):
    """The sites that may embed a shelf in a frame. Empty: none."""

    frame_ancestors: tuple[Origin, ...] = ()


class Api(_Strict, frozen=True):
    """The sites whose scripts may read the API; "*" allows all. Empty: none."""

    cors_origins: tuple[Annotated[str, Meta(pattern=r"^(\*|https://[a-z0-9.-]+(:[0-9]{1,5})?)$")], ...] = ()


class ShopFile(_Strict, frozen=True):
    """All settings of shop.toml. Paths are relative to the file's folder."""

    name: ShortText = "Bookstall"
    tagline: Text | None = None
    logo: str = ""
    preview_image: str = ""
    words: str = ""
    colours: Colours = Colours()
    footer: Footer = Footer()
    book_link: BookLink = BookLink()
    covers: Covers = Covers()
    home: Home = Home()
    embed: Embed = Embed()
    api: Api = Api()


def parse_shop_file(text: str) -> ShopFile:
    """Read the text of a shop.toml.

    Raises:
        ShopFileError: If it is not TOML, or has an unknown or invalid value.
    """
    try:
        return msgspec.convert(tomllib.loads(text), ShopFile)
    except tomllib.TOMLDecodeError as error:
        raise ShopFileError(f"is not valid TOML: {error}") from error
    except msgspec.ValidationError as error:
        raise ShopFileError(str(error).replace("$.", "")) from error
