"""Sites in the database."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.identity.origins import OriginError
from uwallet_gateway.identity.sites import SiteError, Sites


@pytest.fixture
def sites(database: Database) -> Sites:
    return Sites(database, Keys(["k" * 32]))


@pytest.mark.both_databases
async def test_site_is_found_by_key_secret_and_origin(sites: Sites) -> None:
    made = await sites.create("A", ["https://a.example", "http://localhost:3000/"], key="site-a")
    assert made.origins == {"https://a.example", "http://localhost:3000"}
    assert await sites.find("site-a") == made
    assert await sites.find_by_secret(made.secret) == made
    assert await sites.only_with_origin("https://a.example") == made
    assert await sites.has_origin("http://localhost:3000")
    for wrong in ("", "site-a", "site-a.", made.secret + "x", made.secret.replace("site-a", "site-b")):
        assert await sites.find_by_secret(wrong) is None
    assert await sites.find(None) is None
    assert await sites.only_with_origin("https://b.example") is None


async def test_origin_of_two_sites_decides_for_neither(sites: Sites) -> None:
    await sites.create("A", ["https://a.example"])
    await sites.create("B", ["https://a.example"])
    assert await sites.only_with_origin("https://a.example") is None


async def test_secret_is_stored_encrypted_and_not_printed(sites: Sites, database: Database) -> None:
    made = await sites.create("A", [], key="site-a")
    async with database.read() as transaction:
        [row] = await transaction.scalars(select(tables.Site))
    assert made.secret not in row.secret
    assert made.secret.partition(".")[2] not in row.secret
    assert made.secret not in repr(made)


async def test_secret_can_be_renewed(sites: Sites) -> None:
    made = await sites.create("A", [], key="site-a")
    renewed = await sites.renew_secret("site-a")
    assert await sites.find_by_secret(made.secret) is None
    found = await sites.find_by_secret(renewed)
    assert found is not None
    assert found.key == "site-a"


async def test_origins_can_be_replaced(sites: Sites) -> None:
    await sites.create("A", ["https://a.example"], key="site-a")
    await sites.set_origins("site-a", ["https://c.example"])
    assert [site.origins for site in await sites.all()] == [{"https://c.example"}]


async def test_what_cannot_be_is_refused(sites: Sites) -> None:
    await sites.create("A", [], key="site-a")
    with pytest.raises(SiteError, match="already"):
        await sites.create("A", [], key="site-a")
    for key in ("a", "A-b", "字字字", "../etc", "x" * 65, "a.b.c"):
        with pytest.raises(SiteError, match="cannot be a key"):
            await sites.create("A", [], key=key)
    with pytest.raises(OriginError):
        await sites.create("A", ["https://*.example.com"])
    for call in (sites.renew_secret("none"), sites.set_origins("none", [])):
        with pytest.raises(SiteError, match="no site"):
            await call


@pytest.mark.both_databases
async def test_what_another_process_makes_counts_at_once(sites: Sites, database: Database) -> None:
    command = Sites(database, Keys(["k" * 32]))
    made = await command.create("A", ["https://a.example"], key="site-a")
    assert await sites.find("site-a") == made
    await command.create("B", ["https://b.example"], key="site-b")
    assert await sites.find_with_origin("site-b", "https://b.example")
    await command.set_origins("site-a", ["https://c.example"])
    assert await sites.find_with_origin("site-a", "https://c.example")
    await command.set_origins("site-a", ["https://d.example"])
    assert await sites.has_origin("https://d.example")
    await command.set_origins("site-a", ["https://e.example"])
    assert await sites.only_with_origin("https://e.example")
    assert await sites.find_by_secret(await command.renew_secret("site-a"))
