"""Tables that nobody here has made: their headers, their empty rows and what spreadsheets did to them."""

import pytest

from seed.readers.errors import UnreadableFileError
from tests.support.ordinary_files import books, skipped


@pytest.mark.parametrize(
    "header",
    [
        'No.,"Year of\nPublication",Title,Author',
        'No.,"Year\r\npublished","Title",Author',
        'A "note"\n\nNo,Year,Title,Author',
        'Books up to 12" high\nNo,Year,"Title",Author',
    ],
)
def test_names_in_a_header_may_have_line_breaks(header: str) -> None:
    (book,) = books(f"{header}\n1,1815,Emma,Jane Austen\n")

    assert (book.title, book.authors, book.year) == ("Emma", ("Jane Austen",), 1815)


@pytest.mark.parametrize("rows", [",,\nEmma,Jane Austen,1815\n", "Emma,Jane Austen,1815\n,,\n , ,\n,,\n"])
def test_empty_rows_of_a_spreadsheet_are_skipped(rows: str) -> None:
    text = f"Title,Author,Year\n{rows}"

    assert [book.title for book in books(text)] == ["Emma"]
    assert set(skipped(text)) == {"an empty row"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Book Id,Title,Author,Additional Authors,ISBN13,Bookshelves", "7,Emma,Jane Austen,,9780141439587,classics"),
        ("Title,Authors,ISBN/UID,Read Status,Tags", "Emma,Jane Austen,9780141439587,read,classics"),
        ("item_type,title,creators,ean_isbn13,tags", "book,Emma,Jane Austen,9780141439587,classics"),
        ("Book Id,Title,Primary Author,Collections,ISBN,Tags", "7,Emma,Jane Austen,Mine,[9780141439587],classics"),
    ],
)
def test_an_export_may_have_been_saved_by_a_spreadsheet(header: str, row: str, delimiter: str) -> None:
    (book,) = books(f"{header}\n{row}\n".replace(",", delimiter))

    assert (book.title, book.authors, book.isbn) == ("Emma", ("Jane Austen",), "9780141439587")
    assert book.categories == ("classics",)


@pytest.mark.parametrize(
    ("header", "language", "tag"),
    [
        ("العنوان;المؤلف;سنة النشر;اللغة;الموضوع", "العربية", "ar"),
        ("שם הספר;מחבר;שנת הוצאה;שפה;נושא", "עברית", "he"),
        ("Kitap Adı;Yazarı;Basım Yılı;Dili;Türü", "Türkçe", "tr"),
        ("Τίτλος;Συγγραφέας;Έτος έκδοσης;Γλώσσα;Θέμα", "Ελληνικά", "el"),
        ("Наименование;Авторы;Год выпуска;Язык;Тематика", "Русский", "ru"),
        ("Назва;Автор;Рік видання;Мова;Жанр", "українська", "uk"),
        ("書籍名;著者名;発行年月日;言語;ジャンル", "日本語", "ja"),
        ("도서명;저자;출판년도;언어;장르", "한국어", "ko"),
        ("题名;作者;出版时间;语种;主题", "中文", "zh"),
        ("Cím;Szerző;Kiadás éve;Nyelv;Műfaj", "magyar", "hu"),
        ("Nimeke;Tekijä;Julkaisuvuosi;Kieli;Asiasanat", "suomi", "fi"),
        ("Název knihy;Autor;Rok vydání;Jazyk;Žánr", "čeština", "cs"),
        ("Werktitel;Autor/in;Erscheinungstermin;Sprache;Sachgebiet", "Deutsch", "de"),
        ("Titre;Auteur;Date de parution;Langue;Thème", "français", "fr"),
        ("Título;Autor;Año de edición;Idioma;Materia", "español", "es"),
        ("dc.title[en_US];dc.contributor.author;dc.date.issued[];dc.language.iso;dc.subject[en]", "eng", "en"),
        ("Dublin Core:Title;Dublin Core:Creator;Dublin Core:Date;Dublin Core:Language;Dublin Core:Subject", "en", "en"),
        ("TITLE OF THE BOOK;NAME OF AUTHOR;YEAR OF PUB.;LANGUAGE;SUBJECT", "English", "en"),
        ("Title Proper;Author;Copyright Date;Language;Subject Headings", "English", "en"),
        ("Edition title;Authors labels;Edition publication date;Edition lang;Works Genres labels", "fr", "fr"),
        ("title;author_details;date_published;language;genre", "English", "en"),
    ],
)
def test_recognises_columns_of_more_languages_and_programs(header: str, language: str, tag: str) -> None:
    (book,) = books(f"{header}\nEmma;Jane Austen;1815;{language};Novel\n")

    assert (book.title, book.authors, book.year, book.is_edition_year) == ("Emma", ("Jane Austen",), 1815, True)
    assert (book.language, book.categories) == (tag, ("Novel",))


@pytest.mark.parametrize(
    "header", ["Título;Apellidos del autor;Nombre del autor", "Titre;Nom de l'auteur;Prénom de l'auteur"]
)
def test_parts_of_a_name_are_one_author(header: str) -> None:
    (book,) = books(f"{header}\nEmma;Austen;Jane\n")

    assert book.authors == ("Jane Austen",)


@pytest.mark.parametrize("name", ["Keywords", "キーワード", "키워드", "Słowa kluczowe", "Palabras clave"])
def test_commas_separate_keywords(name: str) -> None:
    (book,) = books(f"Title;{name}\nEmma;Love, Marriage\n")

    assert book.categories == ("Love", "Marriage")


@pytest.mark.parametrize(
    "name",
    ["N° ISBN", "ISBN No.", "GTIN", "EAN/ISBN", "ISBN/ISSN (combined)", "Standard Number", "Variant Barcode",
     "GTIN / UPC / EAN / or ISBN", "Edition ISBN-13", "dc.identifier.isbn[]"],
)  # fmt: skip
def test_recognises_columns_of_isbns(name: str) -> None:
    (book,) = books(f"Title,{name}\nEmma,9780141439587\n")

    assert book.isbn == "9780141439587"


@pytest.mark.parametrize("name", ["Original Year Published", "Original Date Published", "Originally published"])
def test_recognises_the_year_of_first_publication_beside_that_of_the_edition(name: str) -> None:
    (book,) = books(f"Title,Year Published,{name}\nEmma,2003,1815\n")

    assert (book.year, book.is_edition_year) == (1815, False)


@pytest.mark.parametrize("name", ["Plot", "Kurzbeschreibung", "Long Description", "あらすじ", "Аннотация", "الملخص"])
def test_recognises_columns_of_descriptions(name: str) -> None:
    (book,) = books(f"Title,{name}\nEmma,A novel.\n")

    assert book.description == "A novel."


@pytest.mark.parametrize("header", ["Series,Book #,Book Title", "Name,Book,Title", "Shelf,Name,Title of the book"])
def test_a_column_called_a_title_comes_before_a_book_or_a_name(header: str) -> None:
    (book,) = books(f"{header}\nDiscworld,4,Mort\n")

    assert book.title == "Mort"


def test_a_file_without_a_header_is_refused_with_what_it_lacks() -> None:
    with pytest.raises(UnreadableFileError, match=r"no column is named like a title; the first line must name"):
        books("Emma,Jane Austen,1815\nDune,Frank Herbert,1965\n")


@pytest.mark.parametrize(
    "header",
    [
        "Tytuł;Nazwisko autora;Imię autora", "Название;Фамилия автора;Имя автора", "Titel;Name;Vorname",
        "Titel;Autor Name;Autor Vorname", "Title;Author Lastname;Author Name", "Název;Příjmení autora;Jméno autora",
        "Titel;Nachname Autor;Vorname Autor", "Titel;Nachname des Autors;Vorname des Autors",
    ],
)  # fmt: skip
def test_a_name_may_be_the_family_name_or_the_given_one(header: str) -> None:
    (book,) = books(f"{header}\nEmma;Austen;Jane\n")

    assert (book.title, book.authors) == ("Emma", ("Jane Austen",))


def test_a_whole_name_beside_the_family_name_is_not_doubled() -> None:
    (book,) = books("Title,Author Name,Author Last Name\nEmma,Jane Austen,Austen\n")

    assert book.authors == ("Jane Austen",)


@pytest.mark.parametrize(("date", "year"), [("1990", 1990), ("c1990.", 1990), ("2021-05-01", None), ("5/1/2021", None)])
def test_a_date_is_the_year_of_a_book_if_it_is_a_year_alone(date: str, year: int | None) -> None:
    (book,) = books(f"Title,Author,Date\nEmma,Jane Austen,{date}\n")
    (other,) = books(f"Title,Author,Date,Year\nEmma,Jane Austen,{date},\n")

    assert (book.year, other.year) == (year, None)
    assert "year" in book.present
