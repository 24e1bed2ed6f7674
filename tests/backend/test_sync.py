"""Push and pull over HTTPS: bodies read strictly, effects in one step, the feed in order."""

from __future__ import annotations

import gzip
import json
import os
import uuid
from typing import Any

import pytest
import requests
import zstandard

from fieldkit.demo import TODAY, county, kit_officers
from tests.backend.conftest import Running
from tests.backend.factories import new_id, photo, plain, visit
from tests.backend.filled import filled, send_blob
from tests.backend.kit import Kit, compact, operation

JSON = {"Content-Type": "application/json"}


def test_a_visit_is_received_its_task_closed_and_filed_with_its_last_blob(kit: Kit) -> None:
    rows, cursor = kit.all_changes()
    task = next(row["body"] for row in rows if row["kind"] == "task" and row["body"]["state"] == "下派")
    sent = filled(kit_officers(), task["id"], (task["enterprise_id"], "海盐示例有限公司"))
    (result,) = kit.push(operation("visit", sent.visit.id, plain(sent.visit)))
    assert (result["state"], result["version"]) == ("applied", 1)
    assert result["receipt"].startswith("330424-")
    assert set(result["missing"]) <= set(sent.blobs)

    rows, cursor = kit.all_changes(cursor)
    changed = {row["id"]: row for row in rows}
    assert changed[task["id"]]["body"]["state"] == "已结"
    assert changed[task["id"]]["body"]["visit_id"] == sent.visit.id
    assert "filed_at" not in changed[sent.visit.id]["filing"]

    for data in sent.blobs.values():
        send_blob(kit, data)
    rows, _ = kit.all_changes(cursor)
    (row,) = [row for row in rows if row["id"] == sent.visit.id]
    assert row["version"] == 1
    assert row["filing"]["filed_at"]
    assert row["filing"]["receipt"] == result["receipt"]
    assert "missing" not in row["filing"]


def test_a_lost_reply_makes_no_second_record(kit: Kit) -> None:
    op = operation("visit", new_id(), {})
    body = plain(visit(id=op["entity_id"], officers=kit_officers()))
    op = operation("visit", body["id"], body)
    (first,) = kit.push(op)
    (second,) = kit.push(op)
    assert second == {**first, "replayed": True}


def test_a_visit_with_an_expired_id_is_set_aside_for_a_leader(kit: Kit) -> None:
    expired = next(o.number for o in county().officers if o.expires_on and o.expires_on < TODAY)
    body = plain(visit(officers=(kit_officers()[0], expired)))
    (result,) = kit.push(operation("visit", body["id"], body))
    assert (result["state"], result["problem"]["code"]) == ("quarantined", "quarantined-officer")


def test_a_bad_operation_delays_only_its_entity(kit: Kit) -> None:
    good = plain(visit(officers=kit_officers()))
    bad = {**plain(visit(officers=kit_officers())), "state": "open"}
    after_bad = operation("visit", bad["id"], {**bad, "state": "final"})
    unknown = operation("hologram", new_id(), {"any": "thing"})
    results = kit.push(operation("visit", bad["id"], bad), after_bad, unknown, operation("visit", good["id"], good))
    assert [result["state"] for result in results] == ["rejected", "blocked", "quarantined", "applied"]


def test_what_cannot_be_parsed_is_kept(kit: Kit) -> None:
    body = {"device_id": kit.device_id, "operations": [17, {"op_id": "half"}, operation("visit", "v", {"id": 5})]}
    results = kit.post("/v1/ops", body).json()["results"]
    assert [result["state"] for result in results] == ["quarantined"] * 3
    assert results[1]["op_id"] == "half"


def test_another_countys_visit_is_refused(kit: Kit) -> None:
    body = plain(visit(officers=kit_officers(), county="330402"))
    (result,) = kit.push(operation("visit", body["id"], body))
    assert (result["state"], result["problem"]["code"]) == ("rejected", "scope-denied")
    reply = kit.call("GET", "/v1/changes?scope=county%3A330402")
    assert (reply.status_code, reply.json()["code"]) == (403, "scope-denied")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b'{"device_id": "\xff\xfe"}', "malformed"),
        (b'{"device_id": 3, "operations": []}', "validation"),
        (b'{"operations": ' + b"[" * 100_000, "malformed"),
        (b'{"device_id": "somebody else", "operations": []}', "validation"),
        (b'{"device_id": "x"}', "validation"),
    ],
)
def test_a_body_that_is_not_a_push_is_refused(kit: Kit, body: bytes, code: str) -> None:
    reply = kit.call("POST", "/v1/ops", body=body, headers=JSON)
    assert reply.status_code in (400, 422)
    assert reply.json()["code"] == code


def test_another_content_type_is_refused(kit: Kit) -> None:
    assert kit.call("POST", "/v1/ops", body=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_compressed_push_is_opened(kit: Kit, encoding: str) -> None:
    plain_body = compact({"device_id": kit.device_id, "operations": []}).encode()
    packed = gzip.compress(plain_body) if encoding == "gzip" else zstandard.compress(plain_body)
    reply = kit.call("POST", "/v1/ops", body=packed, headers={**JSON, "Content-Encoding": encoding})
    assert reply.json() == {"results": []}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_too_large(kit: Kit, encoding: str) -> None:
    bomb = b" " * (64 << 20)
    packed = gzip.compress(bomb) if encoding == "gzip" else zstandard.compress(bomb)
    reply = kit.call("POST", "/v1/ops", body=packed, headers={**JSON, "Content-Encoding": encoding})
    assert (reply.status_code, reply.json()["code"]) == (413, "batch-too-large")


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "br"])
def test_a_body_that_is_not_what_its_encoding_says_is_refused(kit: Kit, encoding: str) -> None:
    reply = kit.call("POST", "/v1/ops", body=b"plain", headers={**JSON, "Content-Encoding": encoding})
    assert reply.status_code in (400, 415)


def test_too_many_operations_are_too_large(kit: Kit) -> None:
    reply = kit.post("/v1/ops", {"device_id": kit.device_id, "operations": [{}] * 201})
    assert (reply.status_code, reply.json()["code"]) == (413, "batch-too-large")


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_answers_are_compressed_as_asked(kit: Kit, encoding: str) -> None:
    path = "/v1/changes?scope=county%3A330424&limit=50"
    reply = kit.call("GET", path, headers={"Accept-Encoding": encoding}, stream=True)
    packed = reply.raw.read(decode_content=False)
    assert reply.headers["Content-Encoding"] == encoding
    opened = gzip.decompress if encoding == "gzip" else zstandard.ZstdDecompressor().decompressobj().decompress
    assert len(json.loads(opened(packed))["changes"]) == 50


def test_pages_follow_each_other_without_gap_or_double(kit: Kit) -> None:
    whole, cursor = kit.all_changes()
    pieces, same = kit.all_changes(limit=37)
    assert [row["change"] for row in whole] == sorted(row["change"] for row in whole)
    assert pieces == whole
    assert same == cursor
    assert kit.all_changes(cursor) == ([], cursor)


def test_every_enterprise_comes_with_its_pinyin(kit: Kit) -> None:
    rows, _ = kit.all_changes()
    enterprises = [row["body"] for row in rows if row["kind"] == "enterprise"]
    assert len(enterprises) >= 443
    assert all(body["pinyin"] and body["initials"] for body in enterprises)


@pytest.mark.parametrize(
    ("cursor", "status", "code"),
    [("nonsense", 400, "malformed"), ("0123456789abcdef.5", 410, "epoch-changed"), ("x" * 70, 400, "malformed")],
)
def test_a_cursor_that_is_not_ours_is_refused(kit: Kit, cursor: str, status: int, code: str) -> None:
    reply = kit.call("GET", f"/v1/changes?scope=county%3A330424&cursor={cursor}")
    assert (reply.status_code, reply.json()["code"]) == (status, code)


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "many"])
def test_a_limit_out_of_bounds_is_refused(kit: Kit, limit: str) -> None:
    reply = kit.call("GET", f"/v1/changes?scope=county%3A330424&limit={limit}")
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed")


def test_a_track_goes_only_to_the_kit_that_sent_it(kit: Kit, new_kit: Any) -> None:
    track = {"id": new_id(), "officer": kit_officers()[0], "fixes": [["2026-06-11T02:00:00Z", 120.9, 30.5]]}
    assert kit.push(operation("track", track["id"], track))[0]["state"] == "applied"
    other = new_kit()
    other.sign_in(kit_officers()[1])
    assert track["id"] in {row["id"] for row in kit.all_changes()[0]}
    assert track["id"] not in {row["id"] for row in other.all_changes()[0]}


def test_a_blob_comes_back_whole_and_in_ranges(kit: Kit) -> None:
    data = os.urandom(5000)
    shot = photo(data)
    send_blob(kit, data)
    path = f"/v1/blobs/{shot.original.sha256}"
    assert kit.call("GET", path).content == data
    part = kit.call("GET", path, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, data[100:200])
    assert part.headers["Content-Range"] == "bytes 100-199/5000"
    assert kit.call("GET", path, headers={"Range": "bytes=-10"}).content == data[-10:]
    assert kit.call("GET", path, headers={"Range": "bytes=4990-"}).content == data[4990:]
    assert kit.call("GET", path, headers={"Range": "bytes=5000-"}).status_code == 416
    assert kit.call("HEAD", path).headers["Content-Length"] == "5000"
    assert kit.call("HEAD", "/v1/blobs/" + "0" * 64).status_code == 404


def test_the_head_of_the_audit_chain_is_kept(backend: Running, kit: Kit) -> None:
    import sqlite3

    head = uuid.uuid4().hex * 2
    assert kit.post("/v1/ops", {"device_id": kit.device_id, "operations": [], "audit_head": head}).ok
    connection = sqlite3.connect(backend.data / "backend.db")
    try:
        kept = connection.execute("select head from audit_head where device = ?", (kit.device_id,)).fetchall()
    finally:
        connection.close()
    assert kept == [(head,)]


def test_the_connection_stays_open_between_calls(backend: Running) -> None:
    with requests.Session() as http:
        http.verify = backend.ca_file
        http.trust_env = False
        first = http.get(backend.url + "/v1/hello")
        assert first.headers.get("Connection", "keep-alive") == "keep-alive"
        assert json.loads(http.get(backend.url + "/v1/hello").text)["epoch"] == first.json()["epoch"]
