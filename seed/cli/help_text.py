"""The texts of `python -m seed --help` and `python -m seed load --help`."""

DESCRIPTION = """\
Fill the shop's catalogue. Without a command: load the built-in books.

DATABASE_URL is the address of the database; DATABASE_PASSWORD_FILE may hold its password.
Without DATABASE_URL, the shop that 'make run' has started from this folder is used.
Every command except compact is one transaction: readers of the shop see the old catalogue
until the new one is complete, and a stopped command changes nothing. compact works in many
small transactions; if it is stopped, run it again. One command writes at a time; a second
one waits, and says so.
"""

EPILOG = """\
exit status: 0 done, 1 refused or failed with nothing written, 2 wrong usage,
             3 loaded except for damaged parts of the file, which the report names

examples:
  python -m seed                                  the built-in books; repeats change nothing
  python -m seed --if-empty                       only into a catalogue without books
  python -m seed load my-books.csv                your own books
  python -m seed load my-books.csv --sync         also remove those no longer in the file
  python -m seed load pg_catalog.csv              Project Gutenberg's whole catalogue
  python -m seed load their.csv --column title=Name --column authors=Writer --category novels
  python -m seed load - --source mine < my-books.csv
  python -m seed export my-books.csv              all books, in our own CSV

docs/catalogue.md explains each kind of file, the cleaning, and how rows match books.
"""

LOAD = """\
Load a file of books into the catalogue, in one transaction.

A row matches a book by the source's key, otherwise by ISBN, otherwise by title and authors.
Loading the same file again changes nothing. Nothing is removed without --sync.

The format is recognised by the content; docs/catalogue.md describes each:
  {formats}
Our own columns are {fields};
several values in one field are separated by `;`, and --column maps other headers.
gzip files, and zip files with one table, are unpacked under any name; - is standard input.
"""
