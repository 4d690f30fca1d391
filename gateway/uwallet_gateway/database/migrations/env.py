"""Run by Alembic, with the connection that `migrate` has opened."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from uwallet_gateway.database.tables import Table, UtcTime


def _render(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    # A migration must not change when the package does.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcTime) else False


def _compare(_context: Any, _column: Any, _metadata: Any, inspected: Any, declared: Any) -> bool | None:
    return False if isinstance(declared, UtcTime) and isinstance(inspected, sa.DateTime | sa.TIMESTAMP) else None


def _include(name: str | None, kind: str, _parents: Any) -> bool:
    # Those of full text differ from database to database, and are made in SQL (migration 0022).
    return kind != "table" or not str(name).startswith("search_index")


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table; Alembic then copies it.
    render_item=_render,
    compare_type=_compare,
    include_name=_include,
)
with context.begin_transaction():
    context.run_migrations()
