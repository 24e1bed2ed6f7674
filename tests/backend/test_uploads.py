"""tus 1.0 as `PROTOCOL` and the tus specification say it, point by point, with plain requests on the Location."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from litestar import Litestar
from litestar.testing import RequestFactory

from backend.api import answers
from tests.backend.conftest import Running
from tests.backend.kit import Kit

OCTETS = "application/offset+octet-stream"


def metadata(data: bytes, **more: str) -> str:
    pairs = {"sha256": hashlib.sha256(data).hexdigest(), "filename": "排污口.jpg", "filetype": "image/jpeg", **more}
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


class Tus:
    """A plain tus client that knows nothing of signatures, beside the kit that creates."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit

    def create(self, data: bytes, length: str | None = None, meta: str | None = None, **more: str) -> requests.Response:
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(len(data)) if length is None else length,
            "Upload-Metadata": metadata(data) if meta is None else meta,
            **more,
        }
        return self.kit.call("POST", "/v1/uploads", headers={k: v for k, v in headers.items() if v != "-"})

    def location(self, data: bytes) -> str:
        reply = self.create(data)
        assert reply.status_code == 201, reply.text
        return self.kit.url + reply.headers["Location"]

    def send(self, method: str, url: str, body: bytes = b"", **headers: str) -> requests.Response:
        own = {"Tus-Resumable": "1.0.0", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.kit.http.request(
            method, url, data=body, headers={k: v for k, v in own.items() if v != "-"}, timeout=20
        )

    def patch(self, url: str, offset: int, body: bytes, **headers: str) -> requests.Response:
        own = {"Upload-Offset": str(offset), "Content-Type": OCTETS, **headers}
        return self.send("PATCH", url, body, **own)

    def offset(self, url: str) -> int:
        return int(self.send("HEAD", url).headers["Upload-Offset"])


@pytest.fixture
def tus(kit: Kit) -> Tus:
    return Tus(kit)


def stored(backend: Running, data: bytes) -> bool:
    sha256 = hashlib.sha256(data).hexdigest()
    file = backend.data / "blobs" / sha256[:2] / sha256
    return file.exists() and file.read_bytes() == data


def partial_of(backend: Running, url: str) -> Path:
    return backend.data / "uploads" / hashlib.sha256(url.rpartition("/")[2].encode()).hexdigest()


def test_options_tells_what_the_server_can_do_without_a_version(tus: Tus) -> None:
    reply = tus.send("OPTIONS", tus.kit.url + "/v1/uploads", Tus_Resumable="-")
    assert reply.status_code == 204
    assert reply.headers["Tus-Version"] == "1.0.0"
    assert reply.headers["Tus-Extension"] == "creation,checksum,expiration,termination"
    assert reply.headers["Tus-Checksum-Algorithm"].split(",")[0] == "sha1"
    assert int(reply.headers["Tus-Max-Size"]) == 2 << 30


def test_creating_without_the_version_is_412_and_names_it(tus: Tus) -> None:
    reply = tus.create(b"abc", **{"Tus-Resumable": "-"})
    assert (reply.status_code, reply.headers["Tus-Version"]) == (412, "1.0.0")


def test_creating_gives_a_location_that_expires(tus: Tus) -> None:
    reply = tus.create(os.urandom(9))
    assert reply.status_code == 201
    assert reply.headers["Tus-Resumable"] == "1.0.0"
    assert len(reply.headers["Location"].rpartition("/")[2]) >= 43
    assert reply.headers["Upload-Expires"].endswith("GMT")


@pytest.mark.parametrize("length", ["-", "-1", "abc", "1.5", "9" * 40])
def test_a_length_that_is_none_is_refused(tus: Tus, length: str) -> None:
    assert tus.create(b"abc", length=length).status_code == 400


def test_more_than_a_blob_may_hold_is_413(tus: Tus) -> None:
    assert tus.create(b"abc", length=str((2 << 30) + 1)).status_code == 413


@pytest.mark.parametrize(
    ("meta", "status"),
    [
        ("filename YQ==", 422),
        ("", 422),
        ("sha256 not-base64!", 400),
        ("sha256 YWJj", 422),
        ("a b c", 400),
        ("sha256 YQ==,sha256 YQ==", 400),
    ],
)
def test_metadata_that_names_no_hash_is_refused(tus: Tus, meta: str, status: int) -> None:
    assert tus.create(b"abc", meta=meta).status_code == status


def test_a_size_that_differs_from_the_length_is_refused(tus: Tus) -> None:
    assert tus.create(b"abc", meta=metadata(b"abc", size="4")).status_code == 422


def test_creating_needs_a_device(tus: Tus) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": metadata(b"abc")}
    reply = tus.kit.http.post(tus.kit.url + "/v1/uploads", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, "signature-invalid")


def test_head_tells_offset_length_metadata_and_is_not_cached(tus: Tus) -> None:
    data = os.urandom(5)
    reply = tus.send("HEAD", tus.location(data))
    assert reply.status_code == 200
    assert (reply.headers["Upload-Offset"], reply.headers["Upload-Length"]) == ("0", "5")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Upload-Metadata"] == metadata(data)


def test_head_of_what_is_unknown_tells_no_offset(tus: Tus) -> None:
    reply = tus.send("HEAD", tus.kit.url + "/v1/uploads/" + "0" * 43)
    assert reply.status_code == 404
    assert "Upload-Offset" not in reply.headers


def test_pieces_add_up_and_are_stored_under_their_hash(tus: Tus, backend: Running) -> None:
    data = os.urandom(600)
    url = tus.location(data)
    first = tus.patch(url, 0, data[:200])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "200")
    second = tus.patch(url, 200, data[200:])
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, "600")
    assert stored(backend, data)
    assert tus.kit.call("HEAD", "/v1/blobs/" + hashlib.sha256(data).hexdigest()).headers["Content-Length"] == "600"
    assert tus.offset(url) == 600


def test_a_wrong_offset_is_409_and_writes_nothing(tus: Tus) -> None:
    url = tus.location(os.urandom(6))
    reply = tus.patch(url, 3, b"abc")
    assert (reply.status_code, reply.headers["Upload-Offset"]) == (409, "0")
    assert tus.offset(url) == 0


def test_a_missing_offset_is_refused_and_writes_nothing(tus: Tus) -> None:
    url = tus.location(os.urandom(6))
    assert tus.send("PATCH", url, b"abc", Content_Type=OCTETS).status_code == 400
    assert tus.offset(url) == 0


def test_another_content_type_is_415_and_writes_nothing(tus: Tus) -> None:
    url = tus.location(os.urandom(6))
    assert tus.send("PATCH", url, b"abc", Upload_Offset="0", Content_Type="text/plain").status_code == 415
    assert tus.offset(url) == 0


def test_a_patch_without_the_version_is_412_and_writes_nothing(tus: Tus) -> None:
    url = tus.location(os.urandom(6))
    assert tus.patch(url, 0, b"abc", Tus_Resumable="-").status_code == 412
    assert tus.offset(url) == 0


def test_more_than_was_announced_is_refused_and_the_upload_goes_on(tus: Tus) -> None:
    data = os.urandom(4)
    url = tus.location(data)
    assert tus.patch(url, 0, data + b"ef").status_code == 413
    assert tus.offset(url) == 0
    assert tus.patch(url, 0, data).status_code == 204


def test_more_than_was_announced_in_chunks_is_refused_too(tus: Tus) -> None:
    data = os.urandom(4)
    url = tus.location(data)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": OCTETS}
    reply = tus.kit.http.patch(url, data=iter([data, b"ef"]), headers=headers, timeout=20)
    assert reply.status_code == 413
    assert tus.offset(url) <= 4


def test_a_patch_of_what_is_unknown_is_404(tus: Tus) -> None:
    assert tus.patch(tus.kit.url + "/v1/uploads/" + "0" * 43, 0, b"x").status_code == 404


def test_an_empty_blob_is_whole_at_once(tus: Tus, backend: Running) -> None:
    reply = tus.create(b"")
    assert reply.status_code == 201
    assert tus.offset(tus.kit.url + reply.headers["Location"]) == 0
    assert stored(backend, b"")


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_right_checksum_is_taken(tus: Tus, name: str) -> None:
    data = os.urandom(30)
    check = base64.b64encode(hashlib.new(name, data).digest()).decode()
    assert tus.patch(tus.location(data), 0, data, **{"Upload-Checksum": f"{name} {check}"}).status_code == 204


def test_a_wrong_checksum_is_460_and_stores_nothing(tus: Tus) -> None:
    data = os.urandom(30)
    url = tus.location(data)
    check = base64.b64encode(hashlib.sha1(b"other").digest()).decode()  # noqa: S324 - tus demands SHA-1
    assert tus.patch(url, 0, data, **{"Upload-Checksum": f"sha1 {check}"}).status_code == 460
    assert tus.offset(url) == 0
    assert tus.patch(url, 0, data).status_code == 204


@pytest.mark.parametrize("header", ["md4 AAAA", "sha1", "sha1 ***"])
def test_a_checksum_that_can_not_be_checked_is_400(tus: Tus, header: str) -> None:
    data = os.urandom(3)
    url = tus.location(data)
    assert tus.patch(url, 0, data, **{"Upload-Checksum": header}).status_code == 400
    assert tus.offset(url) == 0


def test_content_of_another_hash_is_460_and_dropped(tus: Tus, backend: Running) -> None:
    url = tus.location(os.urandom(8))
    reply = tus.patch(url, 0, b"x" * 8)
    assert (reply.status_code, reply.json()["code"]) == (460, "hash-mismatch")
    assert tus.send("HEAD", url).status_code == 404
    assert not stored(backend, b"x" * 8)
    assert not partial_of(backend, url).exists()


def test_termination_ends_an_upload_and_drops_its_bytes(tus: Tus, backend: Running) -> None:
    data = os.urandom(30)
    url = tus.location(data)
    tus.patch(url, 0, data[:10])
    assert partial_of(backend, url).exists()
    assert tus.send("DELETE", url).status_code == 204
    assert tus.send("HEAD", url).status_code in (404, 410)
    assert not partial_of(backend, url).exists()


def test_the_method_can_be_overridden(tus: Tus) -> None:
    data = os.urandom(3)
    url = tus.location(data)
    headers = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0", "Content-Type": OCTETS}
    assert tus.send("POST", url, data, **headers).status_code == 204
    assert tus.offset(url) == 3


def test_what_the_county_holds_is_not_sent_again(tus: Tus) -> None:
    data = os.urandom(40)
    assert tus.patch(tus.location(data), 0, data).status_code == 204
    again = tus.create(data)
    assert (again.status_code, again.headers["Upload-Offset"]) == (201, "40")


@pytest.mark.parametrize("path", ["/..%2f..%2fetc%2fpasswd", "/%2e%2e%2fx", "/%00"])
def test_a_path_is_no_capability(tus: Tus, path: str) -> None:
    assert tus.send("HEAD", tus.kit.url + "/v1/uploads" + path).status_code == 404


def begin_patch(kit: Kit, url: str, length: int, body: bytes) -> ssl.SSLSocket:
    """Send the head of a PATCH and a part of its body, and leave it hanging."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    context = ssl.create_default_context(cafile=str(kit.http.verify))
    line = context.wrap_socket(
        socket.create_connection((parts.hostname, parts.port or 443), timeout=20), server_hostname=parts.hostname
    )
    head = (
        f"PATCH {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        f"Content-Type: {OCTETS}\r\nContent-Length: {length}\r\n\r\n"
    )
    line.sendall(head.encode() + body)
    return line


def wait_for(state: Callable[[], bool]) -> None:
    """Ask until `state` is true; the test's time limit ends it otherwise."""
    pause = threading.Event()
    while not state():
        pause.wait(0.02)


def test_a_cut_connection_keeps_what_arrived(tus: Tus, backend: Running) -> None:
    data = os.urandom(9 << 20)
    url = tus.location(data)
    line = begin_patch(tus.kit, url, len(data), data[: 6 << 20])
    wait_for(lambda: partial_of(backend, url).stat().st_size >= 4 << 20)
    line.close()
    kept: list[int] = []

    def resumed() -> bool:
        """Go on as a client does: ask, send the rest; 423 while the server has not noticed the cut."""
        kept.append(tus.offset(url))
        try:
            return tus.patch(url, kept[-1], data[kept[-1] :]).status_code == 204
        except requests.ConnectionError:
            return False

    wait_for(resumed)
    assert 4 << 20 <= kept[-1] <= 6 << 20
    assert stored(backend, data)


def test_a_second_patch_is_told_to_wait_and_nothing_freezes(tus: Tus, backend: Running) -> None:
    data = os.urandom(8 << 20)
    url = tus.location(data)
    line = begin_patch(tus.kit, url, len(data), data[: 5 << 20])
    try:
        wait_for(lambda: partial_of(backend, url).stat().st_size >= 4 << 20)
        assert tus.patch(url, 0, data[:1000]).status_code == 423
        assert tus.kit.http.get(tus.kit.url + "/v1/hello", timeout=5).status_code == 200
    finally:
        line.close()


def test_two_at_once_make_one_file(tus: Tus, backend: Running) -> None:
    data = os.urandom(3 << 20)
    url = tus.location(data)
    codes: list[int] = []

    def go() -> None:
        with requests.Session() as http:
            headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": OCTETS}
            codes.append(
                http.patch(url, data=data, headers=headers, verify=tus.kit.http.verify, timeout=20).status_code
            )

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(204) >= 1
    assert set(codes) <= {204, 409, 423}
    assert stored(backend, data)


def test_an_upload_whose_bytes_are_gone_says_so_and_ends(tus: Tus, backend: Running) -> None:
    data = os.urandom(3000)
    url = tus.location(data)
    partial_of(backend, url).unlink()
    reply = tus.send("HEAD", url)
    assert reply.status_code == 410
    assert tus.send("HEAD", url).status_code == 404


def test_an_accident_is_logged_without_the_capability(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory(Litestar(logging_config=None)).patch("/v1/uploads/worth-the-upload")
    answers.on_accident(request, RuntimeError("x"))
    assert "worth-the-upload" not in caplog.text
    assert "internal error on PATCH /v1/uploads/…" in caplog.text
