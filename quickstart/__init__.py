"""`make run`: the whole shop on one computer, with a PostgreSQL of its own."""
