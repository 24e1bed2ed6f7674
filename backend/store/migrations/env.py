"""Run by alembic: the caller hands over its connection and owns the transaction."""

from alembic import context

from backend.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
