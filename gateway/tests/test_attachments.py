"""Pictures are drawn anew; what is none, or a trap, is refused."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import struct
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin

from uwallet_gateway import attachments
from uwallet_gateway.attachments import FolderStore, StoredImage
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.settings import REPOSITORY

MEGABYTE = 1024 * 1024
HEIC = (Path(__file__).parent / "data" / "small.heic").read_bytes()
SECRET = b"GEHEIM-39.9042N-116.4074E"
SCRIPT = b"<script>alert(document.cookie)</script><?php system($_GET[0]); ?>"


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    image = Image.new("RGB", size, (30, 140, 60))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1] // 2), fill=(250, 10, 10))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "var" / "attachments", 2 * MEGABYTE)


async def refusal(store: FolderStore, data: bytes) -> ErrorCode:
    with pytest.raises(InputError) as caught:
        await store.save(data)
    return caught.value.code


def opened(store: FolderStore, stored: StoredImage) -> Image.Image:
    image = Image.open(store.path(stored.id))
    image.load()
    return image


PNG, JPEG, WEBP = (encoded(picture(), kind) for kind in ("PNG", "JPEG", "WEBP"))


@pytest.mark.parametrize(
    ("data", "content_type", "size"),
    [
        (PNG, "image/png", (60, 40)),
        (JPEG, "image/jpeg", (60, 40)),
        (WEBP, "image/jpeg", (60, 40)),
        (HEIC, "image/jpeg", (48, 32)),
        (encoded(Image.new("RGBA", (60, 40), (9, 9, 9, 90)), "WEBP"), "image/png", (60, 40)),
        (encoded(picture("P"), "PNG"), "image/png", (60, 40)),
        (encoded(picture("1"), "PNG"), "image/png", (60, 40)),
        (encoded(picture("LA"), "PNG"), "image/png", (60, 40)),
        (encoded(picture("CMYK"), "JPEG"), "image/jpeg", (60, 40)),
        (encoded(Image.new("I;16", (9, 9), 40_000), "PNG"), "image/png", (9, 9)),
    ],
)
async def test_stores_what_phones_send(
    store: FolderStore, data: bytes, content_type: str, size: tuple[int, int]
) -> None:
    stored = await store.save(data)
    file = store.path(stored.id)
    assert (stored.content_type, stored.width, stored.height) == (content_type, *size)
    assert stored.size == file.stat().st_size
    image = opened(store, stored)
    assert Image.MIME[str(image.format)] == content_type
    assert image.size == size
    assert image.mode in ("L", "RGB", "RGBA")


async def test_colours_survive(store: FolderStore) -> None:
    image = opened(store, await store.save(PNG))
    assert image.getpixel((5, 5)) == (250, 10, 10)
    assert image.getpixel((55, 35)) == (30, 140, 60)
    grey = opened(store, await store.save(encoded(Image.new("I;16", (9, 9), 40_000), "PNG")))
    assert grey.getpixel((0, 0)) == 40_000 // 256


async def test_only_the_gateway_can_read_it_and_nothing_else_is_left(store: FolderStore, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        stored = await store.save(PNG)
    finally:
        os.umask(before)
    file = store.path(stored.id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]
    assert len({(await store.save(PNG)).id for _ in range(5)}) == 5


def with_metadata(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    options: dict[str, Any] = {"exif": exif, "icc_profile": SECRET}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "WEBP":
        options["xmp"] = SECRET
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
    return encoded(picture(), kind, **options)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_nothing_that_cameras_write_is_kept(store: FolderStore, kind: str) -> None:
    data = with_metadata(kind)
    assert SECRET in data
    stored = await store.save(data)
    assert SECRET not in store.path(stored.id).read_bytes()
    image = opened(store, stored)
    assert not dict(image.getexif())
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_nothing_that_iphones_write_is_kept(store: FolderStore) -> None:
    assert b"GEHEIM" in HEIC
    stored = await store.save(HEIC)
    assert b"GEHEIM" not in store.path(stored.id).read_bytes()
    assert not dict(opened(store, stored).getexif())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_it_stands_upright(store: FolderStore, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it
    stored = await store.save(encoded(picture(), kind, exif=exif))
    assert (stored.width, stored.height) == (40, 60)
    red, green, _ = opened(store, stored).convert("RGB").getpixel((35, 5))  # type: ignore[misc]  # three bands
    assert red > 200
    assert green < 80


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
async def test_an_animation_is_its_first_frame(store: FolderStore, kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    stored = await store.save(encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True))
    image = opened(store, stored)
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((10, 10))  # type: ignore[misc]  # three bands
    assert red > 240
    assert blue < 20


@pytest.mark.parametrize(
    ("size", "kept"),
    [((6000, 4000), (4242, 2828)), ((1080, 20_000), (804, 14_889)), ((20_000, 2), (10_000, 1)), ((1, 1), (1, 1))],
)
async def test_huge_ones_are_made_smaller(store: FolderStore, size: tuple[int, int], kept: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        # As many bytes as a screenshot has; nothing but a bomb is quite blank.
        ballast = bytes(size[0] * size[1] // 60)
        stored = await store.save(encoded(Image.new("L", size, 200), kind) + ballast)
        assert stored.width == pytest.approx(kept[0], abs=2)
        assert stored.height == pytest.approx(kept[1], abs=2)


async def test_more_bytes_than_allowed_are_refused(store: FolderStore) -> None:
    assert await refusal(store, PNG + bytes(2 * MEGABYTE)) is ErrorCode.ATTACHMENT_TOO_LARGE


async def test_a_drawing_that_would_grow_is_stored_as_a_photo(tmp_path: Path) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    store = FolderStore(tmp_path, 80_000)
    stored = await store.save(encoded(noise.convert("RGBA"), "WEBP", quality=40))
    assert (stored.content_type, stored.width) == ("image/jpeg", 300)


def bomb(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 10_000), (30_000, 30_000), (2_000_000_000, 2_000_000_000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
async def test_a_bomb_is_refused_before_it_is_decoded(
    store: FolderStore, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "_plain", None)
    assert await refusal(store, bomb(*size)) is ErrorCode.ATTACHMENT_TOO_LARGE


async def test_a_jpeg_of_thousands_of_passes_is_refused(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(picture(), "JPEG", progressive=True)
    assert 3 < data.count(b"\xff\xda") < 30
    start = data.rindex(b"\xff\xda")
    scan = data[start : data.rindex(b"\xff\xd9")]
    await store.save(data)
    monkeypatch.setattr(attachments, "_plain", None)
    assert await refusal(store, data[:start] + scan * 200 + b"\xff\xd9") is ErrorCode.ATTACHMENT_TYPE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"hello",
        SCRIPT,
        b"%PDF-1.7 ...",
        b"PK\x03\x04" + bytes(50),
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        encoded(picture(), "GIF"),
        encoded(picture(), "BMP"),
        encoded(picture(), "TIFF"),
        encoded(picture(), "ICO"),
        encoded(picture(), "PPM"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        HEIC[:12],
    ],
)
async def test_what_is_no_such_picture_is_refused(store: FolderStore, data: bytes) -> None:
    assert await refusal(store, data) is ErrorCode.ATTACHMENT_TYPE


@pytest.mark.parametrize("data", [PNG, JPEG, WEBP], ids=["png", "jpeg", "webp"])
async def test_what_hangs_on_a_picture_does_not_get_through(store: FolderStore, data: bytes) -> None:
    for polyglot in (data + SCRIPT, data + b"PK\x03\x04" + SCRIPT + bytes(18) + b"PK\x05\x06" + bytes(18)):
        stored = await store.save(polyglot)
        assert SCRIPT not in store.path(stored.id).read_bytes()
    assert await refusal(store, SCRIPT + data) is ErrorCode.ATTACHMENT_TYPE


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    data=st.sampled_from([PNG, JPEG, WEBP, HEIC, with_metadata("JPEG"), encoded(picture("RGBA"), "WEBP")]),
    cut=st.floats(0, 1),
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4)), max_size=4),
)
@example(data=JPEG, cut=0.5, changes=[])
def test_broken_files_are_stored_as_pictures_or_refused(
    tmp_path: Path, data: bytes, cut: float, changes: list[tuple[float, bytes]]
) -> None:
    broken = bytearray(data)
    for place, new in changes:
        start = int(place * len(broken))
        broken[start : start + len(new)] = new
    store = FolderStore(tmp_path, MEGABYTE)
    refused = None
    try:
        stored = asyncio.run(store.save(bytes(broken[: int(cut * len(broken))])))
    except InputError as error:
        refused = error.code
    else:
        assert opened(store, stored).size == (stored.width, stored.height)
    assert refused in (None, ErrorCode.ATTACHMENT_TYPE, ErrorCode.ATTACHMENT_TOO_LARGE)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    "attachment_id",
    [
        "",
        ".",
        "..",
        "../secret",
        "/etc/passwd",
        "a" * 31,
        "a" * 33,
        "A" * 32,
        "g" * 32,
        "a" * 32 + "\n",
        "a" * 32 + "/..",
        "\x00" * 32,
    ],
)
def test_what_is_no_id_names_no_file(store: FolderStore, attachment_id: str) -> None:
    for ask in (store.path, store.delete):
        with pytest.raises(InputError) as caught:
            ask(attachment_id)
        assert caught.value.code is ErrorCode.NOT_FOUND


async def test_deletes_also_twice(store: FolderStore) -> None:
    stored = await store.save(PNG)
    store.delete(stored.id)
    assert not store.path(stored.id).exists()
    store.delete(stored.id)


async def test_finds_the_old_ones_and_what_a_crash_left(store: FolderStore) -> None:
    now = datetime.now(UTC)
    assert list(store.older_than(now)) == []
    old, new = await store.save(PNG), await store.save(PNG)
    left = store.path(old.id).with_suffix(".part")
    left.write_bytes(b"half")
    past = (now - timedelta(days=3)).timestamp()
    for file in (store.path(old.id), left):
        os.utime(file, (past, past))
    (store.path(old.id).parent / "notes.txt").write_text("not ours")
    os.utime(store.path(old.id).parent / "notes.txt", (past, past))
    assert list(store.older_than(now - timedelta(days=1))) == [old.id]
    assert store.remove_leftovers(now - timedelta(days=1)) == 1
    assert not left.exists()
    assert store.path(new.id).exists()


async def test_a_full_disk_leaves_nothing_half(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = await store.save(PNG)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert await refusal(store, PNG) is ErrorCode.UNAVAILABLE
    assert [file.name for file in store.path(kept.id).parent.iterdir()] == [kept.id]


async def test_few_bytes_cannot_have_many_pixels_drawn(store: FolderStore) -> None:
    for kind in ("PNG", "WEBP"):
        assert await refusal(store, encoded(Image.new("L", (7_000, 7_000)), kind)) is ErrorCode.ATTACHMENT_TOO_LARGE
    # What is kept whole may be blank, and JPEG is decoded at a quarter of its size.
    assert (await store.save(encoded(Image.new("L", (1_080, 11_000)), "PNG"))).width == 1_080
    assert (await store.save(encoded(Image.new("L", (5_000, 5_000)), "JPEG"))).width < 5_000


def test_what_is_taken_is_what_the_document_names() -> None:
    *others, last = attachments._FORMATS
    text = (REPOSITORY / "docs" / "gateway.md").read_text(encoding="utf-8")
    assert f"**Pictures** are {', '.join(others)} or {last} by what is in them" in text
    assert f"and {attachments._MOST_PIXELS // 1_000_000} million pixels" in text
