"""Prefect's server as a child process: loopback only, on its own SQLite file with writers that wait for each other."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from prefect.server.api.server import create_app
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import get_current_settings
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from deploy.environment import HOST


class PatientSqlite(AioSqliteConfiguration):
    """Every writing transaction begins with BEGIN IMMEDIATE, so that it waits for its turn.

    Prefect begins them deferred: one that has read before another commits is told "locked" at once, answers 503, and
    the client sleeps for two seconds or more. A run over fourteen cities met that four times.
    """

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def main() -> None:
    """Serves until SIGTERM or SIGINT; address and database come from Prefect's own settings."""
    settings = get_current_settings()
    url = settings.server.database.connection_url
    if url is not None and url.get_secret_value().startswith("sqlite"):
        set_database_config(PatientSqlite(connection_url=url.get_secret_value()))
    uvicorn.run(
        create_app(final=True),
        host=HOST,
        port=settings.server.api.port,
        log_level="warning",
        timeout_keep_alive=settings.server.api.keepalive_timeout,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
