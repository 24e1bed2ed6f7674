"""The way in: what is public, what one code is good for, who may sign in, and which signatures are believed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.store import devices
from backend.store.database import Database
from fieldkit.demo import county, kit_officers
from tests.backend.conftest import Running, secret_of
from tests.backend.kit import PASSWORD, Kit


def open_data(backend: Running) -> Database:
    return Database(f"sqlite:///{backend.data / 'backend.db'}")


def test_hello_tells_time_protocol_and_limits(backend: Running, kit: Kit) -> None:
    reply = kit.http.get(backend.url + "/v1/hello", headers={"X-Request-ID": "abc-1"})
    told = reply.json()
    assert reply.headers["X-Request-ID"] == "abc-1"
    assert abs(datetime.fromisoformat(told["now"]) - datetime.now(UTC)) < timedelta(seconds=30)
    assert told["protocol"] == "fieldkit-sync/1"
    assert told["limits"]["operations"] >= 100


def test_the_authority_is_the_one_the_code_names(backend: Running, kit: Kit) -> None:
    pem = kit.http.get(backend.url + "/v1/ca").text
    authority = x509.load_pem_x509_certificate(pem.encode())
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert hashlib.sha256(key).hexdigest() == backend.ca_pin
    assert f"k={backend.ca_pin[:32]}" in backend.enrol_code
    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 1)


def test_a_code_makes_one_kit_and_no_second(backend: Running, new_kit: Callable[[], Kit]) -> None:
    kit = new_kit()
    secret = backend.secret()
    first = kit.enrol(secret)
    assert first.json()["county"] == "330424"
    assert len(first.json()["county_key"]) == 64
    assert first.json()["ca_pem"] == backend.ca_pem
    assert len(first.json()["spare_pin"]) == 64
    assert kit.sign_in(kit_officers()[0]).status_code == 200
    assert kit.call("DELETE", "/v1/session").status_code == 204
    again = kit.http.post(
        backend.url + "/v1/enrol", json={"secret": secret, "device_key": "11" * 32, "device_name": "二"}
    )
    assert (again.status_code, again.json()["code"]) == (403, "enrolment-refused")
    assert kit.sign_in(kit_officers()[0]).status_code == 200


def test_a_code_stays_good_until_its_kit_has_signed_in_and_the_last_one_made_counts(
    backend: Running, new_kit: Callable[[], Kit]
) -> None:
    secret = backend.secret()
    first, second = new_kit(), new_kit()
    assert first.enrol(secret).status_code == 200
    assert first.sign_in(kit_officers()[0], "a mistyped password").status_code == 401
    assert second.enrol(secret).status_code == 200
    assert second.device_id != first.device_id
    replaced = first.sign_in(kit_officers()[0])
    assert (replaced.status_code, replaced.json()["code"]) == (403, "device-revoked")
    assert second.sign_in(kit_officers()[0]).status_code == 200
    third = first.enrol(secret)
    assert (third.status_code, third.json()["code"]) == (403, "enrolment-refused")
    assert second.call("GET", "/v1/me").status_code == 200


def test_a_code_whose_kit_was_revoked_makes_no_other(backend: Running, new_kit: Callable[[], Kit]) -> None:
    secret = backend.secret()
    kit = new_kit()
    assert kit.enrol(secret).status_code == 200
    database = open_data(backend)
    with database.write() as connection:
        devices.revoke(connection, kit.device_id, datetime.now(UTC))
    database.close()
    assert kit.enrol(secret).json()["code"] == "enrolment-refused"


def test_a_wrong_and_an_expired_secret_look_alike(backend: Running, new_kit: Callable[[], Kit]) -> None:
    database = open_data(backend)
    with database.write() as connection:
        expired = devices.new_secret(connection, "330424", datetime.now(UTC), life=timedelta(seconds=-1))
    database.close()
    kit = new_kit()
    assert kit.enrol(expired).json() == kit.enrol("nonsense").json()


def test_only_the_hash_of_a_secret_is_kept(backend: Running) -> None:
    secret = backend.secret()
    held = b"".join(file.read_bytes() for file in backend.data.glob("backend.db*"))
    assert secret.encode() not in held
    assert hashlib.sha256(secret.encode()).hexdigest().encode() in held


def test_a_key_that_is_none_is_refused(backend: Running, kit: Kit) -> None:
    reply = kit.http.post(
        backend.url + "/v1/enrol", json={"secret": backend.secret(), "device_key": "zz", "device_name": ""}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "validation")


def test_me_tells_officer_roster_and_scopes(kit: Kit) -> None:
    told = kit.call("GET", "/v1/me").json()
    assert told["officer"]["number"] == kit_officers()[0]
    assert told["scopes"] == ["county:330424"]
    assert {officer["number"] for officer in told["roster"]} >= {officer.number for officer in county().officers}


def test_a_closed_session_is_over_at_once(own_kit: Kit) -> None:
    assert own_kit.call("DELETE", "/v1/session").status_code == 204
    reply = own_kit.call("GET", "/v1/me")
    assert (reply.status_code, reply.json()["code"]) == (401, "auth-expired")


def test_a_session_is_good_on_its_own_device_only(kit: Kit, new_kit: Callable[[], Kit]) -> None:
    other = new_kit()
    other.token = kit.token
    assert other.call("GET", "/v1/me").json()["code"] == "auth-expired"


def test_a_wrong_password_and_an_unknown_number_look_alike(new_kit: Callable[[], Kit]) -> None:
    kit = new_kit()
    wrong = kit.sign_in(kit_officers()[0], "not the password")
    unknown = kit.sign_in("no-such-number", "not the password")
    assert wrong.status_code == 401
    assert wrong.json() == unknown.json()


def test_many_wrong_passwords_must_wait_even_for_the_right_one(new_kit: Callable[[], Kit]) -> None:
    kit = new_kit()
    number = kit_officers()[1]
    codes = [kit.sign_in(number, f"wrong password {n}").status_code for n in range(6)]
    assert codes[:4] == [401] * 4
    assert 429 in codes
    refused = kit.sign_in(number, PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert new_kit().sign_in(number, PASSWORD).status_code == 200


def test_an_unsigned_call_is_refused(backend: Running, kit: Kit) -> None:
    reply = kit.http.get(backend.url + "/v1/me", headers={"Authorization": f"Bearer {kit.token}"})
    assert (reply.status_code, reply.json()["code"]) == (401, "signature-invalid")
    assert reply.headers["Content-Type"].startswith("application/problem+json")


def test_a_signature_of_another_key_is_refused(kit: Kit) -> None:
    assert kit.call("GET", "/v1/me", key=Ed25519PrivateKey.generate()).json()["code"] == "signature-invalid"
    assert kit.call("GET", "/v1/me", key_id="dev-unknown").json()["code"] == "signature-invalid"


def test_a_signature_does_not_fit_another_path_or_body(kit: Kit) -> None:
    sent = kit.call("GET", "/v1/me").request
    for path, body in (("/v1/changes?scope=county:330424", None), ("/v1/me", b"{}")):
        request = requests.Request("GET", kit.url + path, headers=dict(sent.headers), data=body)
        reply = kit.http.send(kit.http.prepare_request(request))
        assert (reply.status_code, reply.json()["code"]) == (401, "signature-invalid")


def test_a_request_sent_twice_is_heard_once(kit: Kit) -> None:
    nonce = uuid.uuid4().hex
    assert kit.call("GET", "/v1/me", nonce=nonce).status_code == 200
    reply = kit.call("GET", "/v1/me", nonce=nonce)
    assert (reply.status_code, reply.json()["code"]) == (401, "replayed-nonce")


@pytest.mark.parametrize("off", [timedelta(days=3650), timedelta(days=-3650), timedelta(minutes=6)])
def test_a_clock_that_is_off_learns_the_time_and_then_gets_in(kit: Kit, off: timedelta) -> None:
    reply = kit.call("GET", "/v1/me", created=datetime.now(UTC) + off)
    problem = reply.json()
    assert (reply.status_code, problem["code"], problem["retryable"]) == (401, "clock-skew", True)
    assert kit.call("GET", "/v1/me", created=datetime.fromisoformat(problem["now"])).status_code == 200


def test_a_revoked_device_is_shut_out_but_its_work_is_kept(backend: Running, own_kit: Kit) -> None:
    from tests.backend.kit import operation

    database = open_data(backend)
    with database.write() as connection:
        devices.revoke(connection, own_kit.device_id, datetime.now(UTC))
    database.close()
    for method, path in (("GET", "/v1/me"), ("GET", "/v1/changes?scope=county:330424"), ("POST", "/v1/uploads")):
        reply = own_kit.call(method, path)
        assert (reply.status_code, reply.json()["code"]) == (403, "device-revoked")
    (result,) = own_kit.push(operation("track", str(uuid.uuid4()), {"any": "work"}))
    assert (result["state"], result["problem"]["code"]) == ("quarantined", "quarantined-device")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/nothing", 404, "not-found"),
        ("PUT", "/v1/hello", 405, "method-not-allowed"),
        ("GET", "/v1/blobs/zz", 401, "signature-invalid"),
    ],
)
def test_every_refusal_is_a_problem_and_echoes_the_request(
    backend: Running, kit: Kit, method: str, path: str, status: int, code: str
) -> None:
    reply = kit.http.request(method, backend.url + path, headers={"X-Request-ID": "r-1"})
    assert (reply.status_code, reply.json()["code"], reply.json()["status"]) == (status, code, status)
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert reply.headers["X-Request-ID"] == "r-1"


def test_a_request_id_that_is_no_header_is_not_echoed(backend: Running, kit: Kit) -> None:
    reply = kit.http.get(backend.url + "/v1/hello", headers={"X-Request-ID": "x" * 500})
    assert len(reply.headers["X-Request-ID"]) == 32


def test_health_and_the_published_interface(backend: Running, kit: Kit) -> None:
    assert kit.http.get(backend.url + "/healthz").json() == {"ok": True}
    paths = kit.http.get(backend.url + "/v1/openapi/openapi.json").json()["paths"]
    assert {"/v1/hello", "/v1/ops", "/v1/changes", "/v1/uploads"} <= set(paths)


def test_the_demo_code_is_good_for_a_kit(backend: Running) -> None:
    assert secret_of(backend.enrol_code)
    assert backend.enrol_code.startswith("fieldkit://enrol?u=https%3A%2F%2F127.0.0.1%3A")
