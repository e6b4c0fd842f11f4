-- The tables of calibre's metadata.db that the reader uses, with made-up books.
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL, sort TEXT, link TEXT NOT NULL DEFAULT '');
CREATE TABLE books (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL DEFAULT 'Unknown', sort TEXT,
  timestamp TIMESTAMP, pubdate TIMESTAMP, series_index REAL NOT NULL DEFAULT 1.0, author_sort TEXT,
  isbn TEXT DEFAULT '', lccn TEXT DEFAULT '', path TEXT NOT NULL DEFAULT '', flags INTEGER NOT NULL DEFAULT 1,
  uuid TEXT, has_cover BOOL DEFAULT 0, last_modified TIMESTAMP);
CREATE TABLE books_authors_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, author INTEGER NOT NULL);
CREATE TABLE books_languages_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, lang_code INTEGER NOT NULL, item_order INTEGER NOT NULL DEFAULT 0);
CREATE TABLE books_ratings_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, rating INTEGER NOT NULL);
CREATE TABLE books_tags_link (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, tag INTEGER NOT NULL);
CREATE TABLE comments (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, text TEXT NOT NULL);
CREATE TABLE custom_columns (id INTEGER PRIMARY KEY AUTOINCREMENT, label TEXT NOT NULL, name TEXT NOT NULL, datatype TEXT NOT NULL);
CREATE TABLE custom_column_3 (id INTEGER PRIMARY KEY, book INTEGER, value BOOL NOT NULL);
CREATE TABLE identifiers (id INTEGER PRIMARY KEY, book INTEGER NOT NULL, type TEXT NOT NULL DEFAULT 'isbn', val TEXT NOT NULL);
CREATE TABLE languages (id INTEGER PRIMARY KEY, lang_code TEXT NOT NULL);
CREATE TABLE ratings (id INTEGER PRIMARY KEY, rating INTEGER);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO authors (id, name) VALUES (1, 'Jon Vale'), (2, 'Mira Holm'), (3, 'Ivo Sand| Jr.');
INSERT INTO books (id, title, pubdate, uuid) VALUES
  (7, 'The Glass Harbour', '2010-05-01 00:00:00+00:00', '0b6b0d2e-0000-4000-8000-000000000007'),
  (8, 'Winter Maps', '0101-01-01 00:00:00+00:00', '0b6b0d2e-0000-4000-8000-000000000008');
INSERT INTO books_authors_link VALUES (1, 7, 2), (2, 7, 1), (3, 8, 3);
INSERT INTO languages VALUES (1, 'swe');
INSERT INTO books_languages_link VALUES (1, 7, 1, 0);
INSERT INTO ratings VALUES (1, 8);
INSERT INTO books_ratings_link VALUES (1, 7, 1);
INSERT INTO tags VALUES (1, 'Sea Stories'), (2, 'Favourites');
INSERT INTO books_tags_link VALUES (1, 7, 1), (2, 7, 2);
INSERT INTO comments VALUES (1, 7, '<p>A harbour of glass.</p>');
INSERT INTO custom_columns VALUES (3, 'read', 'Read', 'bool');
INSERT INTO custom_column_3 VALUES (1, 7, 1);
INSERT INTO identifiers VALUES (1, 7, 'goodreads', '101'), (2, 7, 'isbn', '9780306406157');
