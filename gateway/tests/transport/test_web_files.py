"""The built web."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import StartGateway
from uwallet_gateway.transport.web_files import WebFilesError, read_web_files

MANIFEST: dict[str, Any] = {
    "/widget.js": {"file": "widget/loader.js", "content_type": "text/javascript; charset=utf-8", "immutable": False},
    "/widget/app.1a.js": {"file": "widget/app.js", "content_type": "text/javascript; charset=utf-8", "immutable": True},
    "/chat": {"file": "widget/chat.html", "content_type": "text/html; charset=utf-8", "immutable": False},
    "/desk": {"file": "desk/index.html", "content_type": "text/html; charset=utf-8", "immutable": False},
    "/desk/assets/main.1a.js": {"file": "desk/main.js", "content_type": "text/javascript", "immutable": True},
    "/demo": {"file": "demo.html", "content_type": "text/html; charset=utf-8", "immutable": False},
}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    for entry in MANIFEST.values():
        file = folder / entry["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"// {entry['file']}")
    (folder / "widget" / "secret.map").write_text("not listed")
    (folder / "files.json").write_text(json.dumps(MANIFEST))
    return folder


async def test_listed_files_are_served_and_nothing_else(build: Path, start_gateway: StartGateway) -> None:
    async with start_gateway(web_dir=build, development=False) as gateway, gateway.api() as api:
        widget = await api.get("/widget.js", headers={"Origin": "https://any.example"})
        assert widget.text == "// widget/loader.js"
        assert widget.headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert widget.headers["Cache-Control"] == "no-cache"
        assert widget.headers["Access-Control-Allow-Origin"] == "*"
        again = await api.get("/widget.js", headers={"If-None-Match": widget.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "immutable" in (await api.get("/widget/app.1a.js")).headers["Cache-Control"]
        assert (await api.head("/widget.js")).headers["Content-Length"] == str(len(widget.content))
        for path in (
            "/",
            "/demo",
            "/widget",
            "/widget/",
            "/widget/secret.map",
            "/widget/loader.js",
            "/files.json",
            "/..%2ffiles.json",
            "/widget/..%2f..%2f..%2fetc%2fpasswd",
            "//etc/passwd",
            "/docs",
            "/redoc",
        ):
            response = await api.get(path)
            assert response.status_code == 404, path
            assert "not listed" not in response.text


async def test_files_are_sent_as_the_build_has_compressed_them(build: Path, start_gateway: StartGateway) -> None:
    coded: dict[str | None, bytes] = {
        None: b"// widget/loader.js",
        "br": b"compressed by brotli",
        "gzip": b"compressed by gzip",
    }
    (build / "widget" / "loader.js.br").write_bytes(coded["br"])
    (build / "widget" / "loader.js.gz").write_bytes(coded["gzip"])
    chosen = {"gzip, deflate, br, zstd": "br", "gzip;q=0.5": "gzip", "br;q=0, gzip": "gzip", "identity": None, "": None}
    async with start_gateway(web_dir=build, development=False) as gateway, gateway.api() as api:
        for accepted, encoding in chosen.items():
            async with api.stream("GET", "/widget.js", headers={"Accept-Encoding": accepted}) as sent:
                raw = b"".join([part async for part in sent.aiter_raw()])
            assert (sent.headers.get("Content-Encoding"), sent.headers["Vary"]) == (encoding, "Accept-Encoding")
            assert raw == coded[encoding]
            assert sent.headers["Content-Length"] == str(len(raw))
        assert "Vary" not in (await api.get("/chat")).headers


async def test_desk_stands_in_no_frame_whatever_site_is_named(build: Path, start_gateway: StartGateway) -> None:
    async with start_gateway(web_dir=build, development=False) as gateway, gateway.api() as api:
        for query in ({}, {"site": "demo"}):
            desk = await api.get("/desk", params=query)
            assert desk.text == "// desk/index.html"
            assert desk.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
            assert "script-src 'self';" in desk.headers["Content-Security-Policy"]
            assert desk.headers["X-Frame-Options"] == "DENY"
        script = await api.get("/desk/assets/main.1a.js")
        assert "immutable" in script.headers["Cache-Control"]
        # What is not listed is the API's or nobody's.
        assert (await api.get("/desk/api/unknown")).json()["code"] == "not_found"
        assert (await api.get("/desk/assets/")).status_code == 404


async def test_pages_have_a_policy_and_sites_may_frame_theirs(build: Path, start_gateway: StartGateway) -> None:
    async with start_gateway(web_dir=build) as gateway, gateway.api() as api:
        policy = (await api.get("/chat", params={"site": "demo"})).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "base-uri 'none'" in policy
        assert "object-src" not in policy  # falls back to default-src
        assert f"connect-src 'self' {gateway.url.replace('http', 'ws')};" in policy
        assert policy.endswith("frame-ancestors 'self' https://www.example.com")
        assert (await api.get("/chat")).headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
        # The demonstration page, in development only.
        assert (await api.get("/")).text == (await api.get("/demo")).text == "// demo.html"


@pytest.mark.parametrize("entry", [{"file": "../outside.js"}, {"file": "missing.js"}, {"file": "widget"}, {"file": 3}])
def test_wrong_list_is_refused_with_its_reason(build: Path, entry: dict[str, Any]) -> None:
    (build.parent / "outside.js").write_text("secret")
    wrong = {"/x.js": {"content_type": "text/javascript", "immutable": False, **entry}}
    (build / "files.json").write_text(json.dumps(wrong))
    with pytest.raises(WebFilesError, match=r"files\.json: /x\.js"):
        read_web_files(build)


def test_list_that_is_no_json(build: Path) -> None:
    (build / "files.json").write_text("{")
    with pytest.raises(WebFilesError, match=r"files\.json"):
        read_web_files(build)


def test_without_a_build_nothing_is_served(tmp_path: Path) -> None:
    assert read_web_files(tmp_path) == {}
