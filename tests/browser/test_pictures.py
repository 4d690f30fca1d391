"""Screenshots that users send."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from scripts.stack import Stack
from tests.browser.conftest import Complaints
from tests.browser.widget import TEXTS, Widget

HIDDEN_WORDS = b"GPS 31.2304 121.4737"


def png(width: int = 640, height: int = 400, color: str = "tomato") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width, height), color).save(data, "PNG")
    return data.getvalue()


def jpeg_with_location() -> bytes:
    data = io.BytesIO()
    details = Image.Exif()
    details[0x010E] = HIDDEN_WORDS.decode()
    Image.new("RGB", (300, 200), "teal").save(data, "JPEG", exif=details)
    assert HIDDEN_WORDS in data.getvalue()
    return data.getvalue()


# Makes a file of these bytes and hands it over with an event of the page.
PASTE = """(target, bytes) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }))
    const options = { clipboardData, bubbles: true, composed: true, cancelable: true }
    target.dispatchEvent(new ClipboardEvent("paste", options))
}"""
DROP = """(target, bytes) => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }))
    const options = { dataTransfer, bubbles: true, composed: true, cancelable: true }
    for (const kind of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(kind, options))
}"""


def choose(widget: Widget, name: str, content_type: str, data: bytes) -> None:
    with widget.page.expect_file_chooser() as chooser:
        widget.window.get_by_role("button", name=TEXTS["app"]["composer"]["attach"]).click()
    chooser.value.set_files({"name": name, "mimeType": content_type, "buffer": data})


def shown_pictures(widget: Widget) -> list[str]:
    """Returns the addresses of pictures in the log that are loaded."""
    return list(
        widget.log.locator("img").evaluate_all(
            "all => all.filter(i => i.complete && i.naturalWidth > 64).map(i => i.src)"
        )
    )


def test_a_picture_is_shown_now_and_after_a_reload(widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    widget.open()
    widget.greeted()
    choose(widget, "截图.png", "image/png", png())
    expect(widget.window.get_by_role("form").get_by_role("img")).to_be_visible()
    screenshot(widget.page, "0-chosen")
    widget.send_pictures("付款失败")
    expect(widget.log.get_by_role("img", name=TEXTS["app"]["image"]["alt"])).to_be_visible()
    screenshot(widget.page, "1-sending")
    # Until then it lives in the page only, which no browser can keep over a reload.
    link = widget.log.get_by_role("link", name=TEXTS["app"]["image"]["view"])
    link.click()
    enlarged = widget.page.get_by_role("dialog", name=TEXTS["app"]["image"]["alt"])
    expect(enlarged).to_be_visible()
    screenshot(widget.page, "1-enlarged")
    widget.page.keyboard.press("Escape")
    expect(enlarged).to_be_hidden()
    # The window stays, and the keyboard is where it was.
    expect(link).to_be_focused()
    widget.once("付款失败")
    widget.page.reload()
    picture = widget.log.get_by_role("img", name=TEXTS["app"]["image"]["alt"])
    expect(picture).to_be_visible()
    widget.page.wait_for_function("e => e.naturalWidth === 640", arg=picture.element_handle())
    screenshot(widget.page, "2-sent")


def test_a_picture_is_stripped_and_its_address_is_the_visitors_own(
    widget: Widget, new_context: Callable[..., BrowserContext], stack: Stack
) -> None:
    widget.open()
    widget.greeted()
    with widget.page.expect_response(lambda response: "/attachments/" in response.url and response.ok) as answer:
        choose(widget, "photo.jpg", "image/jpeg", jpeg_with_location())
        widget.send_pictures()
    body = answer.value.body()
    assert HIDDEN_WORDS not in body
    assert Image.open(io.BytesIO(body)).size == (300, 200)
    stranger = new_context().request
    assert stranger.get(answer.value.url.partition("?")[0]).status in {401, 403, 404}
    assert answer.value.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content_type", "data"),
    [
        ("page.html", "text/html", b"<script>alert(1)</script>"),
        ("drawing.svg", "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("not-really.png", "image/png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>"),
    ],
)
def test_what_is_no_picture_is_refused_kindly(
    widget: Widget, complaints: Complaints, name: str, content_type: str, data: bytes
) -> None:
    complaints.forgive("status of 4")
    widget.open()
    widget.greeted()
    choose(widget, name, content_type, data)
    if name.endswith(".png"):
        # What it is shows only when it is read.
        widget.send_pictures()
    expect(widget.window.get_by_text("图片").filter(has_text="请").first).to_be_visible()
    assert not shown_pictures(widget)


def test_a_picture_can_be_pasted(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.composer.evaluate(PASTE, list(png(320, 200)))
    widget.send_pictures()
    expect(widget.log.get_by_role("img", name=TEXTS["app"]["image"]["alt"])).to_be_visible()


def test_a_picture_can_be_dropped(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    widget.log.evaluate(DROP, list(png(320, 200)))
    widget.send_pictures()
    expect(widget.log.get_by_role("img", name=TEXTS["app"]["image"]["alt"])).to_be_visible()


def test_a_photo_that_is_too_large_shrinks_in_the_browser(widget: Widget) -> None:
    widget.open()
    widget.greeted()
    photo = Image.effect_noise((3000, 2000), 80).convert("RGB")
    data = io.BytesIO()
    photo.save(data, "PNG", compress_level=1)
    # More than the gateway takes.
    assert len(data.getvalue()) > 8 * 1024 * 1024
    # A browser that shares its core takes its time to draw it.
    uploaded = widget.page.expect_response(lambda response: response.url.endswith("/attachments"), timeout=90_000)
    with uploaded as answer:
        choose(widget, "photo.png", "image/png", data.getvalue())
        widget.send_pictures()
    stored = answer.value.json()
    assert answer.value.status == 201
    assert stored["width"] * stored["height"] <= 5_010_000
