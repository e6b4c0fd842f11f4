"""The category of all books. It is separate from the schema, so that the seed need not import SQLAlchemy's ORM."""

WHOLE_CATALOGUE_ID = 0
"""The reserved category (its slug is empty) whose shelf holds every book once."""
