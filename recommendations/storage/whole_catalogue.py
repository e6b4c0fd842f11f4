"""The category of all books, apart from the schema, so that the seed need not import SQLAlchemy's ORM."""

WHOLE_CATALOGUE_ID = 0
"""The reserved category (its slug is empty) on whose shelf every book stands once."""
