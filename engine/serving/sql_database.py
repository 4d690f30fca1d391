"""Lets Rasa's SQL tracker store, written for SQLAlchemy 1.4, use SQLAlchemy 2."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Any
from urllib import parse

import rasa.core.tracker_store
import sqlalchemy as sa
from rasa.core.constants import POSTGRESQL_SCHEMA
from rasa.core.tracker_store import SQLTrackerStore, ensure_schema_exists, is_postgresql_url

# Their names in 1.4 as well, on which `rasa run` loads this (requirements/peers.txt).
from sqlalchemy.engine import URL, make_url

from engine.upstream import replaces

# A server whose machine is gone without a word is given up within seconds, not a quarter of an hour: a turn waits for
# it in the one thread that serves all. Settings of libpq, which an address may name otherwise.
_GIVEN_UP = {
    "connect_timeout": "3",
    "tcp_user_timeout": "5000",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
}
logger = logging.getLogger(__name__)


@replaces(SQLTrackerStore.get_db_url, "d82cd514e506")
def database_url(
    dialect: str = "sqlite",
    host: str | None = None,
    port: int | None = None,
    db: str = "rasa.db",
    username: str | None = None,
    password: str | None = None,
    login_db: str | None = None,
    query: Mapping[str, Any] | None = None,
) -> URL:
    """Returns the address of a database, made by `URL.create`, which alone is left of two ways.

    Args:
        dialect: The kind of database.
        host: Where it is, or the whole address.
        port: The port, unless the host names one.
        db: Its name.
        username: Who connects.
        password: Their password.
        login_db: The database to connect with first, which then makes `db` (PostgreSQL only).
        query: Further settings of the connection.
    """
    if host and "://" in host:
        return _given_up(make_url(host))
    if host:
        parsed = parse.urlsplit(f"scheme://{host}")
        port = parsed.port or port
        host = parsed.hostname or host
    return _given_up(URL.create(dialect, username, password, host, port, login_db or db, query or {}))


def _given_up(url: URL) -> URL:
    if url.get_backend_name() != "postgresql":
        return url
    return url.update_query_dict({name: value for name, value in _GIVEN_UP.items() if name not in url.query})


@replaces(SQLTrackerStore._create_database_and_update_engine, "239c8159f002")
def _create_database_and_update_engine(self: SQLTrackerStore, db: str, engine_url: URL) -> None:
    if self.engine.dialect.name != "postgresql":
        rasa.shared.utils.io.raise_warning("The parameter 'login_db' can only be used with a postgres database.")
        return
    self._create_database(self.engine, db)
    self.engine.dispose()
    self.engine = sa.create_engine(engine_url.set(database=db))


@replaces(SQLTrackerStore._create_database, "f07b2d7e27bc")
def _create_database(engine: sa.Engine, database_name: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        known = sa.text("SELECT 1 FROM pg_catalog.pg_database WHERE datname = :name")
        if connection.execute(known, {"name": database_name}).first():
            return
        name = engine.dialect.identifier_preparer.quote(database_name)
        try:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        except (sa.exc.ProgrammingError, sa.exc.IntegrityError) as error:
            logger.error("Could not create database '%s': %s", database_name, error)


@replaces(ensure_schema_exists, "deb85efe22aa")
def _ensure_schema_exists(session: sa.orm.Session) -> None:
    schema = os.environ.get(POSTGRESQL_SCHEMA)
    if not schema or not is_postgresql_url(session.get_bind().engine.url):
        return
    known = sa.text("SELECT 1 FROM information_schema.schemata WHERE schema_name = :name")
    if not session.execute(known, {"name": schema}).first():
        raise ValueError(schema)


def use_sqlalchemy_2() -> None:
    """Replaces the functions of Rasa's store, also where its broker and its commands use them."""
    SQLTrackerStore.get_db_url = staticmethod(database_url)
    SQLTrackerStore._create_database_and_update_engine = _create_database_and_update_engine
    SQLTrackerStore._create_database = staticmethod(_create_database)
    rasa.core.tracker_store.ensure_schema_exists = _ensure_schema_exists
