"""Serves the built web: exactly the paths in its `files.json`, read once at the start. No directory is served."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from uwallet_gateway.identity.sites import Sites
from uwallet_gateway.transport.client import own_origin
from uwallet_gateway.transport.content_security import desk_policy, page_policy

# Endings of the files that the build has compressed, by the name of the content coding, the best first.
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
DEMONSTRATION = "/demo"
DESK = "/desk"
MANIFEST = "files.json"
_log = structlog.get_logger()


class WebFilesError(Exception):
    """The list of built files is not what it should be; the text names the file and the reason."""


class Entry(BaseModel):
    """One line of `files.json`."""

    file: str
    content_type: str
    immutable: bool


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file as it is sent.

    Attributes:
        data: As it is.
        content_type: Its type.
        immutable: Whether its path changes with its content.
        etag: Of the content, however it is encoded.
        encodings: Compressed, by the name of the content coding, the best first.
    """

    data: bytes
    content_type: str
    immutable: bool
    etag: str
    encodings: dict[str, bytes] = field(default_factory=dict)


def read_web_files(folder: Path) -> dict[str, WebFile]:
    """Reads the files of a build by the path under which they are served; none if there is no build.

    Raises:
        WebFilesError: The list is malformed, or names a file that is missing or outside of the folder.
    """
    manifest = folder / MANIFEST
    try:
        entries = TypeAdapter(dict[str, Entry]).validate_json(manifest.read_bytes())
    except FileNotFoundError:
        _log.warning("web.not_built", expected=MANIFEST)
        return {}
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise WebFilesError(f"{manifest}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    root = folder.resolve()
    web_files = {}
    for path, entry in entries.items():
        file = (root / entry.file).resolve()
        if not path.startswith("/") or not file.is_relative_to(root) or not file.is_file():
            raise WebFilesError(f"{manifest}: {path}: {entry.file}: is no file in this folder")
        data = file.read_bytes()
        etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        compressed = {name: file.with_name(file.name + ending) for name, ending in _ENCODINGS.items()}
        encodings = {name: other.read_bytes() for name, other in compressed.items() if other.is_file()}
        web_files[path] = WebFile(data, entry.content_type, entry.immutable, etag, encodings)
    return web_files


def web_routes(files: dict[str, WebFile], sites: Sites, *, public_url: str, development: bool) -> list[Route]:
    """A route for each file; the demonstration page only in development, there at `/` too."""
    served = {path: file for path, file in files.items() if development or not _is_demonstration(path)}
    if development and DEMONSTRATION in files:
        served["/"] = files[DEMONSTRATION]
    return [Route(path, _endpoint(path, file, sites, public_url), methods=["GET"]) for path, file in served.items()]


def _is_demonstration(path: str) -> bool:
    return path == DEMONSTRATION or path.startswith(f"{DEMONSTRATION}/")


def _best_encoding(accepted: str, file: WebFile) -> str | None:
    """The best content coding that a client takes; one with the weight 0 is refused."""
    taken = set()
    for part in accepted.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if not any(parameter.startswith("q=") and _weight(parameter[2:]) == 0 for parameter in parameters):
            taken.add(name)
    return next((name for name in file.encodings if name in taken), None)


def _weight(text: str) -> float:
    """A weight of a header; 0 if it is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _endpoint(path: str, file: WebFile, sites: Sites, public_url: str) -> Callable[[Request], Awaitable[Response]]:
    headers = {
        "ETag": file.etag,
        "Cache-Control": "public, max-age=31536000, immutable" if file.immutable else "no-cache",
    }
    if file.encodings:
        headers["Vary"] = "Accept-Encoding"
    is_page = file.content_type.startswith("text/html")
    if not is_page:
        # Sites load the widget from their own pages, modules with CORS.
        headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}

    async def policy(request: Request, own: str | None) -> str:
        site = await sites.find(request.query_params.get("site"))
        return page_policy(own, site.origins if site else ())

    async def serve(request: Request) -> Response:
        sent = dict(headers)
        if is_page:
            own = own_origin(request.scope, public_url)
            sent["Content-Security-Policy"] = desk_policy(own) if path == DESK else await policy(request, own)
        if file.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=sent)
        sent["Content-Type"] = file.content_type
        encoding = _best_encoding(request.headers.get("accept-encoding", ""), file)
        if encoding is None:
            return Response(file.data, headers=sent)
        return Response(file.encodings[encoding], headers=sent | {"Content-Encoding": encoding})

    return serve
