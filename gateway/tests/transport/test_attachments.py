"""Pictures: uploaded over REST, named by a message, shown by a signed address."""

from __future__ import annotations

import io

from PIL import Image

from tests.conftest import StartGateway
from tests.helpers.gateway import Gateway
from tests.helpers.pictures import png


async def test_picture_from_upload_to_display(gateway: Gateway) -> None:
    async with gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        async with gateway.api(token) as api:
            uploaded = await api.post("/api/v1/attachments", files={"file": ("IMG_身份证.png", png(), "image/png")})
            assert uploaded.status_code == 201
            picture = uploaded.json()
            assert (picture["width"], picture["height"]) == (20, 10)
            acknowledged = await client.say("", attachment_id=picture["id"], client_id="p")
            assert acknowledged["message"]["attachment"]["id"] == picture["id"]
            [told] = await client.wait_for("bot_uttered")
            assert told["metadata"]["notice"] == "picture_kept"
            shown = (await api.get(acknowledged["message"]["attachment"]["url"], headers={"Authorization": ""})).content
            assert Image.open(io.BytesIO(shown)).size == (20, 10)
            assert (await api.get(f"/api/v1/attachments/{picture['id']}")).headers["Content-Type"].startswith("image/")
            # With words it is the bot's.
            assert (await client.say("看这张图", attachment_id=picture["id"]))["ok"]
            assert (await client.wait_for("bot_uttered", 2))[1]["text"] == "收到：看这张图"


async def test_picture_is_for_its_conversation_only(gateway: Gateway) -> None:
    mine, other = await gateway.token(), await gateway.token()
    async with gateway.api(mine) as api, gateway.api(other) as stranger:
        picture = (await api.post("/api/v1/attachments", files={"file": png()})).json()
        address = f"/api/v1/attachments/{picture['id']}"
        assert (await stranger.get(address)).status_code == 404
        refused = await stranger.post("/api/v1/messages", json={"attachment_id": picture["id"]})
        assert refused.json()["code"] == "attachment_unknown"
        for wrong in (f"{address}?signature=x", f"{address}?signature=", address.replace(picture["id"], "0" * 32)):
            assert (await api.get(wrong)).status_code == 404
        signature = picture["url"].partition("=")[2]
        second = (await api.post("/api/v1/attachments", files={"file": png()})).json()
        assert (await stranger.get(f"/api/v1/attachments/{second['id']}?signature={signature}")).status_code == 404
        assert (await stranger.get("/api/v1/attachments/..%2f..%2fgateway.db")).status_code == 404


async def test_what_is_no_picture_is_refused(start_gateway: StartGateway) -> None:
    limits = {"attachment_bytes": 5_000, "rate_attachments_per_user": "5/hour"}
    async with start_gateway(**limits) as gateway, gateway.api(await gateway.token()) as api:
        for data, code, status in (
            (b"<svg onload=alert(1)>", "attachment_type", 415),
            (b"", "attachment_type", 415),
            (b"x" * 6_000, "attachment_too_large", 413),
            (b"x" * 60_000, "attachment_too_large", 413),
            (png(), "", 201),
        ):
            response = await api.post("/api/v1/attachments", files={"file": data})
            assert (response.status_code, response.json().get("code", "")) == (status, code)
        assert (await api.post("/api/v1/attachments", files={"other": png()})).status_code == 422
        assert (await api.post("/api/v1/attachments", files={"file": png()})).status_code == 201
        assert (await api.post("/api/v1/attachments", files={"file": png()})).status_code == 429
