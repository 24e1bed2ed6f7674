"""A kit as the backend sees it: enrols, signs every request, signs in, pushes and pulls."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fieldkit.crypto.device import public_hex
from fieldkit.crypto.http_signature import sign

PASSWORD = "Demo-case-2026"


class Kit:
    """One device of a county, with an open session once `sign_in` was called."""

    def __init__(self, url: str, ca_file: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.http.verify = ca_file
        self.http.trust_env = False
        self.key = Ed25519PrivateKey.generate()
        self.device_id = ""
        self.token = ""
        self.county_key = ""

    def __enter__(self) -> Kit:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def enrol(self, secret: str) -> requests.Response:
        reply = self.http.post(
            f"{self.url}/v1/enrol",
            json={"secret": secret, "device_key": public_hex(self.key), "device_name": "试验箱"},
        )
        if reply.ok:
            self.device_id = reply.json()["device_id"]
            self.county_key = reply.json()["county_key"]
        return reply

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        created: datetime | None = None,
        nonce: str | None = None,
        key: Ed25519PrivateKey | None = None,
        key_id: str | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """Send a signed request; `created`, `nonce`, `key` and `key_id` are for getting it wrong."""
        own = {"X-Request-ID": uuid.uuid4().hex, **(headers or {})}
        if self.token:
            own.setdefault("Authorization", f"Bearer {self.token}")
        request = requests.Request(method, self.url + path, headers=own, data=body or None)
        prepared = self.http.prepare_request(request)
        signed = sign(
            method,
            str(prepared.url),
            dict(prepared.headers),
            body,
            key or self.key,
            key_id or self.device_id,
            created or datetime.now(UTC),
            nonce or uuid.uuid4().hex,
        )
        prepared.headers.update(signed)
        return self.http.send(prepared, timeout=20, stream=stream)

    def post(self, path: str, value: object, **more: Any) -> requests.Response:
        body = compact(value).encode()
        return self.call("POST", path, body=body, headers={"Content-Type": "application/json"}, **more)

    def sign_in(self, number: str, password: str = PASSWORD) -> requests.Response:
        reply = self.post("/v1/session", {"officer": number, "password": password})
        if reply.ok:
            self.token = reply.json()["token"]
        return reply

    def push(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        reply = self.post("/v1/ops", {"device_id": self.device_id, "operations": list(operations)})
        assert reply.status_code == 200, reply.text
        results: list[dict[str, Any]] = reply.json()["results"]
        return results

    def changes(self, county: str = "330424", cursor: str = "", limit: int = 1000) -> dict[str, Any]:
        reply = self.call("GET", f"/v1/changes?scope=county%3A{county}&cursor={cursor}&limit={limit}")
        assert reply.status_code == 200, reply.text
        page: dict[str, Any] = reply.json()
        return page

    def all_changes(self, cursor: str = "", limit: int = 1000) -> tuple[list[dict[str, Any]], str]:
        rows: list[dict[str, Any]] = []
        while True:
            page = self.changes(cursor=cursor, limit=limit)
            rows += page["changes"]
            cursor = page["next_cursor"]
            if not page["has_more"]:
                return rows, cursor


def compact(value: object) -> str:
    """Return canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def operation(kind: str, entity_id: str, body: object, *, base_version: int = 0, **more: Any) -> dict[str, Any]:
    """Return an operation as the wire carries it."""
    text = compact(body)
    made = {
        "op_id": str(uuid.uuid4()),
        "kind": kind,
        "entity_id": entity_id,
        "schema": 1,
        "base_version": base_version,
        "body": body,
        "body_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "captured_at": {"at": "2026-11-23T08:00:00Z", "source": "laptop"},
    }
    return {**made, **more}
