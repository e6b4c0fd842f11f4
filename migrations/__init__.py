"""The schema's history: `alembic upgrade head` in the project's root needs only `DATABASE_URL`."""
