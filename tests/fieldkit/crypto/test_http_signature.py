"""Request signatures: both ends agree, and nothing covered can change."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from fieldkit.crypto.device import load_private, load_public, new_device_key, private_hex, public_hex
from fieldkit.crypto.digest import sha256_hex
from fieldkit.crypto.http_signature import BadSignature, Signed, sign, verify
from fieldkit.errors import InvalidInput

KEY = new_device_key()
AT = datetime(2026, 6, 11, 4, 0, 7, tzinfo=UTC)
URL = "https://localhost:8443/v1/changes?scope=county%3A330424&limit=10"
BODY = b'{"operations":[]}'


def signed(method: str = "POST", url: str = URL, body: bytes = BODY) -> dict[str, str]:
    return sign(method, url, {"Content-Type": "application/json"}, body, KEY, "dev-1", AT, "bm9uY2U")


def known(key_id: str):
    return KEY.public_key() if key_id == "dev-1" else None


def test_the_backend_reads_who_signed_when():
    headers = {name.lower(): value for name, value in signed().items()}  # as a server hands them on
    assert verify("POST", URL, headers, BODY, known) == Signed(AT, "bm9uY2U", "dev-1")


def test_the_host_a_kit_used_does_not_matter():
    assert verify("POST", URL.replace("localhost:8443", "10.0.0.7"), signed(), BODY, known).key_id == "dev-1"


def test_a_request_without_body_is_signed_too():
    assert verify("GET", URL, signed("GET", body=b""), b"", known).nonce == "bm9uY2U"


def test_content_digest_is_that_of_rfc_9530():
    digest = base64.b64encode(bytes.fromhex(sha256_hex(BODY))).decode()
    assert signed()["Content-Digest"] == f"sha-256=:{digest}:"
    assert '("@method" "@path" "@query" "content-digest")' in signed()["Signature-Input"]


def test_signing_again_replaces_the_old_signature():
    again = sign("POST", URL, signed(), BODY, KEY, "dev-1", AT, "other")
    assert verify("POST", URL, again, BODY, known).nonce == "other"


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("PUT", URL, BODY),
        ("POST", URL.replace("changes", "snapshot"), BODY),
        ("POST", URL.replace("limit=10", "limit=11"), BODY),
        ("POST", URL.split("?")[0], BODY),
        ("POST", URL, BODY + b" "),
        ("POST", URL, b""),
    ],
)
def test_nothing_covered_can_change(method, url, body):
    with pytest.raises(BadSignature):
        verify(method, url, signed(), body, known)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("Signature-Input", "nonce=", "nonse="),
        ("Signature-Input", "bm9uY2U", "bm9uY2V"),
        ("Signature-Input", "created=1", "created=2"),
        ("Signature-Input", '"@query" ', ""),
        ("Signature-Input", "dev-1", "dev-2"),
        ("Signature", "fieldkit=:", "fieldkit=:AAAA"),
        ("Signature", "fieldkit=", "other="),
        ("Content-Digest", "sha-256=", "md5="),
    ],
)
def test_no_header_of_the_signature_can_change(name, old, new):
    headers = signed()
    assert old in headers[name]
    headers[name] = headers[name].replace(old, new)
    with pytest.raises(BadSignature):
        verify("POST", URL, headers, BODY, known)


@pytest.mark.parametrize("name", ["Signature-Input", "Signature", "Content-Digest"])
def test_no_header_of_the_signature_can_be_missing(name):
    headers = signed()
    del headers[name]
    with pytest.raises(BadSignature):
        verify("POST", URL, headers, BODY, known)


def test_a_signature_without_nonce_is_refused():
    from http_message_signatures import HTTPMessageSigner, algorithms

    from fieldkit.crypto import http_signature

    message = http_signature._Message("POST", URL, {})
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=http_signature._Keys(KEY, None)).sign(
        message, key_id="dev-1", covered_component_ids=http_signature.COVERED, body=BODY
    )
    with pytest.raises(BadSignature):
        verify("POST", URL, message.headers, BODY, known)


def test_keys_survive_hex():
    assert private_hex(load_private(private_hex(KEY))) == private_hex(KEY)
    assert public_hex(load_public(public_hex(KEY))) == public_hex(KEY.public_key())
    for broken in ("", "zz", "00" * 31):
        with pytest.raises(InvalidInput):
            load_private(broken)
        with pytest.raises(InvalidInput):
            load_public(broken)
