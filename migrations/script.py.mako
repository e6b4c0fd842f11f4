"""${message}.

Rules of a migration (delete this list when they hold):
- It must not break the previous version of the code, which is still running (expand, migrate, contract).
- Schema and data in separate revisions; no import of our own code.
- Constraints are named by rule: uq__, ck__, fk__, pk__, ix__.
- On a table that may be large, build indexes CONCURRENTLY inside `op.get_context().autocommit_block()`.
- `downgrade` works, or raises with the reason.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
