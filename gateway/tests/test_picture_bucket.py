"""Pictures in a bucket: stored, shown, exported, purged and erased there, against a server that speaks S3."""

from __future__ import annotations

import io
import urllib.request
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.conftest import SettingsFactory, StartGateway
from tests.helpers.pictures import png
from tests.helpers.servers import free_port
from uwallet_gateway.clock import now, set_time
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.maintenance.move_pictures import move_pictures
from uwallet_gateway.maintenance.persons import Person
from uwallet_gateway.picture_bucket import BucketStore, bucket_store
from uwallet_gateway.settings import SettingsError, load_settings


@pytest.fixture(scope="module")
def bucket() -> Iterator[dict[str, Any]]:
    """The settings of an empty bucket."""
    with warnings.catch_warnings():
        # Of the server's own libraries.
        warnings.simplefilter("ignore")
        from moto.server import ThreadedMotoServer  # noqa: PLC0415  # takes seconds, which others should not wait for

        server = ThreadedMotoServer("127.0.0.1", port=free_port(), verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        urllib.request.urlopen(urllib.request.Request(f"{address}/pictures", method="PUT")).close()
        yield {
            "pictures_bucket": "pictures",
            "pictures_endpoint": address,
            "pictures_access_key": "key",
            "pictures_secret_key": "secret",
        }
        server.stop()


@pytest.fixture
def store(bucket: dict[str, Any], make_settings: SettingsFactory, request: pytest.FixtureRequest) -> BucketStore:
    """A part of the bucket for one test."""
    return bucket_store(make_settings(**bucket, pictures_prefix=f"tests/{request.node.name}"))


async def test_is_written_read_and_deleted_also_twice(store: BucketStore) -> None:
    stored = await store.save(png())
    pieces = store.read(stored.id)
    assert pieces is not None
    assert len(b"".join(pieces)) == stored.size
    store.delete(stored.id)
    assert store.read(stored.id) is None
    store.delete(stored.id)
    for wrong in ("../other", "", "A" * 32):
        with pytest.raises(InputError, match=ErrorCode.NOT_FOUND):
            store.read(wrong)


async def test_finds_the_old_ones(store: BucketStore) -> None:
    stored = await store.save(png())
    assert list(store.older_than(datetime.now(UTC) - timedelta(hours=1))) == []
    assert list(store.older_than(datetime.now(UTC) + timedelta(hours=1))) == [stored.id]
    assert store.remove_leftovers(datetime.now(UTC)) == 0


async def test_bucket_that_is_away_is_said(make_settings: SettingsFactory, bucket: dict[str, Any]) -> None:
    store = bucket_store(make_settings(**bucket | {"pictures_bucket": "nobody-made-it"}))
    with pytest.raises(InputError, match=ErrorCode.UNAVAILABLE):
        await store.save(png())
    with pytest.raises(OSError, match="the bucket of pictures"):
        list(store.older_than(datetime.now(UTC)))


async def test_from_upload_to_erasure(start_gateway: StartGateway, bucket: dict[str, Any]) -> None:
    async with start_gateway(**bucket, pictures_prefix="whole/way") as gateway:
        store = gateway.services.attachments
        assert isinstance(store, BucketStore)
        token = await gateway.token()
        async with gateway.api(token) as api:
            sent, unsent = [
                (await api.post("/api/v1/attachments", files={"file": png()})).json()["id"] for _ in range(2)
            ]
            await api.post("/api/v1/messages", json={"attachment_id": sent})
            shown = await api.get(f"/api/v1/attachments/{sent}")
            assert shown.headers["content-type"] == "image/png"
            assert shown.headers["content-disposition"] == 'inline; filename="picture.png"'
            assert shown.content.startswith(b"\x89PNG")
        assert not (gateway.services.settings.data_dir / "attachments").exists()

        set_time(now() + timedelta(minutes=61))
        try:
            assert await gateway.services.purge.drop_unsent() == 1
        finally:
            set_time(None)
        assert store.read(unsent) is None

        orphan = await store.save(png())
        session = await gateway.services.sessions.read(token)
        person = Person(conversation_id=session.conversation_id)
        exported = zipfile.ZipFile(io.BytesIO(await gateway.services.persons.export(person)))
        assert [name for name in exported.namelist() if name.endswith(".png")] == [f"pictures/{sent}.png"]
        erased = await gateway.services.persons.erase(person)
        assert erased.files == 1
        # The orphan is too young: its row may come yet.
        assert list(store.older_than(datetime.now(UTC) + timedelta(hours=1))) == [orphan.id]


async def test_pictures_of_the_data_directory_move_into_it(
    make_settings: SettingsFactory, bucket: dict[str, Any]
) -> None:
    settings = make_settings(**bucket, pictures_prefix="moved")
    folder = settings.data_dir / "attachments"
    folder.mkdir(parents=True)
    (folder / ("a" * 32)).write_bytes(b"picture")
    (folder / f"{'b' * 32}.part").write_bytes(b"half a")
    assert move_pictures(settings) == 1
    assert [file.name for file in folder.iterdir()] == [f"{'b' * 32}.part"]
    pieces = bucket_store(settings).read("a" * 32)
    assert pieces is not None
    assert b"".join(pieces) == b"picture"
    with pytest.raises(SettingsError, match="UWALLET_PICTURES_BUCKET"):
        move_pictures(make_settings())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"pictures_access_key": "key"}, "UWALLET_PICTURES_SECRET_KEY"),
        ({"pictures_endpoint": "minio:9000"}, "UWALLET_PICTURES_ENDPOINT"),
    ],
)
def test_half_a_setting_is_refused(given: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        load_settings(development=True, **given)
