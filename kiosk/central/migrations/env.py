"""Entry point of Alembic: runs the steps on the connection that kiosk.central.migrate hands over."""

from __future__ import annotations

from alembic import context

from kiosk.central.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
