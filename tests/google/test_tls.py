"""TLS and proxies, for real: a certificate of our own, and a proxy that writes down what it is asked."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.google.conftest import ID, Box
from tests.google.test_login import answered, browsing, get
from tests.google.test_sign_in import SCOPES, client_file


@contextmanager
def tls_before(box: Box, folder: Path) -> Iterator[tuple[str, Path]]:
    """The emulator behind TLS: its https address, and the file with its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1)
        )
        .add_extension(names, False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate, whole = folder / "ca.pem", folder / "server.pem"
    certificate.write_bytes(made.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    whole.write_bytes(secret + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    behind = ("127.0.0.1", int(box.google.url.rpartition(":")[2]))
    with listening(lambda one: relay(context.wrap_socket(one, server_side=True), behind)) as port:
        yield f"https://127.0.0.1:{port}", certificate


def relay(front: socket.socket, behind: tuple[str, int]) -> None:
    with front, socket.create_connection(behind) as back:
        threading.Thread(target=copy, args=(back, front), daemon=True).start()
        copy(front, back)


def copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextmanager
def listening(serve: object) -> Iterator[int]:
    """A port of this machine, each connection served in a thread."""
    assert callable(serve)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def one(connection: socket.socket) -> None:
            with suppress(OSError):
                serve(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPLIB2_CA_CERTS"])
def test_a_certificate_of_ones_own(box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    with tls_before(box, tmp_path) as (url, certificate):
        box.key.write_text(json.dumps(box.google.key_file() | {"token_uri": f"{url}/token"}))
        distrusted = box.run("fetch", ID, "--credentials", str(box.key), "--api-endpoint", url)
        assert distrusted.status == 2 and "is not trusted" in distrusted.err
        monkeypatch.setenv(variable, str(certificate))
        assert box.run("fetch", ID, "--credentials", str(box.key), "--api-endpoint", url).status == 0
        about = client_file(box)
        about.write_text(about.read_text().replace(box.google.url, url))
        browsing(monkeypatch, lambda redirect, state: get(answered(redirect, state)))
        box.google.refresh_tokens["granted-to-code"] = SCOPES
        assert box.run("login", "--client-id-file", str(about), "--timeout", "5").status == 0


def test_plain_answers_on_a_tls_port(box: Box) -> None:
    result = box.run("fetch", ID, "--anonymous", "--api-endpoint", box.google.url.replace("http:", "https:"))
    assert result.status == 2 and "does not speak TLS" in result.err and box.clock.now == 0


@pytest.mark.parametrize(
    ("variable", "form"),
    [("https_proxy", "{}"), ("HTTPS_PROXY", "http://{}/"), ("all_proxy", "{}"), ("ALL_PROXY", "http://{}")],
)
def test_the_proxy_is_asked_with_its_password(
    box: Box, monkeypatch: pytest.MonkeyPatch, variable: str, form: str
) -> None:
    asked: list[bytes] = []

    def proxy(one: socket.socket) -> None:
        with one:
            asked.append(one.recv(4096))
            one.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")

    with listening(proxy) as port:
        monkeypatch.setenv(variable, form.format(f"jo%40corp:p%3Aw%2F@127.0.0.1:{port}"))
        result = box.run("fetch", ID, "--anonymous")
        assert result.status == 2 and "wants a name and password" in result.err and "p:w/" not in result.err
        monkeypatch.setenv("no_proxy", "127.0.0.1,.google.com")
        monkeypatch.setattr(
            "socket.getaddrinfo", lambda *args, **kwargs: (_ for _ in ()).throw(socket.gaierror(-2, "no"))
        )
        assert "cannot connect to docs.google.com" in box.run("fetch", ID, "--anonymous").err
    assert len(asked) == 1 and asked[0].startswith(b"CONNECT docs.google.com:443 ")
    assert base64.b64encode(b"jo@corp:p:w/") in asked[0]
