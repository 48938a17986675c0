"""What goes wrong on the way: each fault answers a request in the emulator's place."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import time
from contextlib import suppress

from tests.google.emulator import Fault, Handler, google_error


def times(count: int, fault: Fault) -> Fault:
    """The fault for the first `count` requests that it would answer."""
    left = [count]

    def answer(handler: Handler) -> bool:
        if left[0] <= 0:
            return False
        left[0] -= 1  # before the fault, which may take longer than the next request
        done = fault(handler)
        left[0] += not done
        return done

    return answer


def on(part: str, fault: Fault) -> Fault:
    """The fault for requests whose line has this text."""
    return lambda handler: part in handler.path and fault(handler)


def status(code: int, reason: str = "backendError", **headers: str) -> Fault:
    def answer(handler: Handler) -> bool:
        number, body = google_error(code, reason)
        handler.reply(number, body, **headers)
        return True

    return answer


def reset_before(handler: Handler) -> bool:
    """The connection is reset before anything is sent."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    return True


def _begin(handler: Handler, *headers: tuple[str, str]) -> None:
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.close_connection = True


def reset_in_body(handler: Handler) -> bool:
    """Half a body, then a reset."""
    _begin(handler, ("content-length", "1000"))
    handler.wfile.write(b'{"id": "')
    handler.wfile.flush()
    time.sleep(0.05)
    return reset_before(handler)


def short_body(handler: Handler) -> bool:
    """Less than the length says."""
    _begin(handler, ("content-length", "1000"))
    handler.wfile.write(b'{"id": "1", ')
    return True


def body_without_length(handler: Handler) -> bool:
    """Half a body with nothing that says so."""
    _begin(handler, ("connection", "close"))
    handler.wfile.write(b'{"id": "1", "version": "2", ')
    return True


def sign_in_page(handler: Handler) -> bool:
    handler.reply(200, b"<!DOCTYPE html><html><title>Sign in - Google Accounts</title></html>", "text/html")
    return True


def bomb(handler: Handler) -> bool:
    """200 MB of blanks in 200 kB."""
    body = gzip.compress(b'{"id": "' + b" " * (200 << 20), 9)
    handler.reply(200, body, content_encoding="gzip")
    return True


def drip(handler: Handler) -> bool:
    """A byte now and then, never the end."""
    _begin(handler, ("content-length", "100000"))
    with suppress(OSError):
        for _ in range(400):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.05)
    return True


def stall(handler: Handler) -> bool:
    """Nothing at all."""
    time.sleep(4)
    handler.close_connection = True
    return True


def redirect(target: str) -> Fault:
    def answer(handler: Handler) -> bool:
        handler.reply(302, b"", location=target)
        return True

    return answer


def not_an_object(handler: Handler) -> bool:
    handler.reply(200, json.dumps(["a", "list"]).encode())
    return True


def edited(file_id: str) -> Fault:
    """Somebody edits the file whenever cells are read."""

    def answer(handler: Handler) -> bool:
        if "ranges=" in handler.path:
            handler.google.edit(file_id)
            cells = handler.google.sheets[file_id]["sheets"][0]["data"][0]["rowData"][1]["values"][1]
            version = handler.google.files[file_id]["version"]
            cells["formattedValue"] = f"Supported {version}"
        return False

    return answer


def raw(body: bytes, kind: str = "application/json", code: int = 200, **headers: str) -> Fault:
    """Any body with any headers."""

    def answer(handler: Handler) -> bool:
        handler.reply(code, body, kind, **headers)
        return True

    return answer
