"""The names that people and programs give the columns of each field: one table.

Each field has its English names first, then those of other languages, one family a line. Spaces within a name are left
out here, as `seed.readers.column_names` leaves them out of a header. Parts of a person's name are not here but in
`seed.readers.name_columns`.
"""

YEAR_OF_EDITION = "year of the edition"
"""The field of a column with the year of the edition; a column `year` has that of first publication."""

DATE = "date"
"""The field of a column with dates: where no other has years, a year alone is that of the edition."""

EDITORS = "editors"
"""The field of a column with people who count as authors of the books that have no others."""

SYNONYMS = {
    "key": "key id bookid itemid recordid textid uuid",
    "title": """title booktitle maintitle book books producttitle productname itemname fulltitle name bookname
        titleproper titlestatement titleofbook titleofthebook nameofbook nameofthebook titlesubtitle editiontitle
        titel buchtitel werktitel hauptsachtitel buch boek bok bog tittel titre titredulivre livre
        titulo titulodellibro titulodolivro titolo titolodellibro libro titlu
        tytul tytuł tytulksiazki ksiazka nazev nazevknihy kniha nazov
        название названиекниги наименование заглавие книга назва назвакниги
        cim konyvcim nimeke kirja kitap kitapadi baslik başlik τιτλος τιτλοςβιβλιου
        العنوان عنوان عنوانالكتاب اسمالكتاب الكتاب שםהספר כותר כותרת
        書名 书名 書籍名 書誌名 タイトル 标题 標題 题名 題名 제목 도서명 서명 책제목""",
    "authors": """author authors writer writers creator creators byauthor authortext primaryauthor mainauthor
        authorlastfirst authorlf authorsort secondaryauthor additionalauthor additionalauthors coauthor coauthors
        authordetails authorslabels nameofauthor nameofauthors nameoftheauthor authorofthebook personalauthor
        contributorauthor prijmeniajmenoautora
        autoren autorin autorinnen verfasser verfasserin verfasserinnen schrijver schrijvers
        forfatter forfattere forfattare auteur auteurs
        autor autora autorea autoroa autores autore autori
        autorzy autorka автор авторы авторкниги автори
        szerzo szerzok tekija tekijat kirjailija yazar yazari yazarlar συγγραφεας συγγραφεις
        المؤلف مؤلف اسمالمؤلف الكاتب מחבר המחבר מחברת שםהמחבר
        著者 著者名 作者 作者名 저자 저자명 지은이""",
    EDITORS: """editor editors contributor contributors editedby
        herausgeber herausgeberin herausgeberinnen hrsg""",
    "year": """year originalyear originalpublicationyear originalpublicationdate firstpublished firstpublishyear
        firstpublicationyear firstpublishdate yearfirstpublished yearwritten originalyearpublished
        originaldatepublished originallypublished
        jahr jaar ar annee ano anno rok год рік vuosi yil ετος السنة שנה 年""",
    YEAR_OF_EDITION: """publicationyear publicationdate published publishedyear publisheddate publishdate publishyear
        yearpublished yearofpublication datepublished dateofpublication pubdate pubyear releasedate releaseyear
        yearofpub yearofpublishing publishedon copyrightdate copyrightyear copyright editionpublicationdate editionyear
        dateissued dcdate dublincoredate
        erscheinungsjahr erscheinungsdatum erscheinungstermin erscheinung jaarvanuitgave verschijningsjaar
        publiceringsar utgivningsar udgivelsesar utgivelsesar
        anneedepublication datedepublication anneeparution anneedeparution dateparution datedeparution anneededition
        anodepublicacion fechadepublicacion anodeedicion fechadeedicion
        annodipubblicazione annopubblicazione datadipubblicazione annodiedizione anodepublicacao datadepublicacao
        rokwydania rokvydani годиздания датаиздания годвыпуска ріквидання
        kiadaseve julkaisuvuosi basimyili yayinyili baskiyili ετοςεκδοσης
        سنةالنشر تاريخالنشر שנתהוצאה
        出版年 出版年月 出版日 出版日期 出版时间 発行年 発行日 発行年月日 発売日
        출판년도 출판연도 발행년도 발행연도 출판일""",
    DATE: "date datum fecha дата 日期",
    "isbn": """isbn isbn13 isbn10 isbns isbnuid ean eanisbn eanisbn13 upcisbn10 isbnean isbnissn isbnissncombined
        isbnnumber isbncode isbnno isbnnr isbnnummer noisbn nisbn numeroisbn editionisbn identifierisbn barcode
        variantbarcode gtin gtinupceanorisbn standardnumber asin industryidentifiers""",
    "language": """language languages lang inlanguage languagecode langcode languageiso editionlang
        sprache taal sprak sprog langue langues idioma idiomas lingua lingue limba
        jezyk jazyk язык мова nyelv kieli dil dili γλωσσα اللغة שפה 言語 语言 語言 语种 언어""",
    "description": """description body abstractnote summary synopsis blurb abstract annotation overview plot
        longdescription maindescription descriptionabstract
        beschreibung zusammenfassung inhalt inhaltsangabe klappentext kurzbeschreibung samenvatting omschrijving
        sammanfattning beskrivning beskrivelse resume descriptif quatriemedecouverture
        descripcion resumen sinopsis descrizione trama riassunto descricao resumo sinopse
        opis popis описание аннотация опис анотація leiras kuvaus aciklama ozet περιγραφη περιληψη
        الوصف الملخص תקציר תיאור 内容紹介 あらすじ 概要 简介 簡介 内容简介 책소개""",
    "cover_url": """coverurl cover coverimage coverlink imageurl image imagelink imageurll imageurlm imageurls picture
        thumbnail titelbild couverture portada copertina capa omslag обложка""",
    "categories": """categories category tags tag genres genre subjects subject keywords shelves bookshelves topics
        topic manualtags subjectheadings lcsh bisacsubject worksgenreslabels workssubjectslabels
        kategorie kategorien schlagworte schlagworter schlagwort gattung sachgebiet sachgebiete thema themen
        categorieen trefwoorden onderwerpen nyckelord kategori kategorier
        categorie motscles etiquettes sujets theme themes themegeneral themeparticulier
        palabrasclave palavraschave parolechiave słowakluczowe klicovaslova ключевыеслова
        categoria categorias etiquetas materia materias tema temas genero generos
        etichette generi genere argomenti
        gatunek gatunki kategoria zanr zanry жанр жанры категория тематика тема
        mufaj asiasanat tur tür turu türü θεμα κατηγορια الموضوع التصنيف النوع נושא
        ジャンル キーワード 分类 主题 标签 关键词 장르 주제 키워드""",
}
