"""TLS goes to the address that was checked and is checked against the name."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from uwallet_gateway.clock import now
from uwallet_gateway.hooks.transport import CheckedTransport


async def local(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def certificate(folder: Path, name: str) -> Path:
    """A file with a key and a certificate for a name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - datetime.timedelta(days=1))
        .not_valid_after(now() + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize("asked", ["hooks.example.com", "other.example.com"])
async def test_certificate_must_be_of_the_name(tmp_path: Path, asked: str) -> None:
    path = certificate(tmp_path, "hooks.example.com")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(path)
    names: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: names.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side)
    port = server.sockets[0].getsockname()[1]
    client_side = ssl.create_default_context(cafile=str(path))
    transport = CheckedTransport(allow_private=True, connect_timeout=5, resolve=local, verify=client_side)
    async with server, httpx.AsyncClient(transport=transport, trust_env=False) as client:
        if asked == "hooks.example.com":
            assert (await client.get(f"https://{asked}:{port}/")).status_code == 204
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.get(f"https://{asked}:{port}/")
    assert names == [asked]


async def test_next_address_is_tried_when_one_does_not_answer(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()

    async def two(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = CheckedTransport(allow_private=True, connect_timeout=5, resolve=two)
    async with server, httpx.AsyncClient(transport=transport, trust_env=False) as client:
        assert (await client.get(f"http://hooks.example.com:{port}/")).status_code == 204
