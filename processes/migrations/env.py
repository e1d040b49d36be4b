"""What Alembic runs: always inside the transaction that `processes.migrating` opened."""

from alembic import context

from processes.migrating import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
