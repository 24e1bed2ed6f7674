"""What keeps counties, roles and devices apart: each border has a test of its own, beside those of the calls."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import requests
import sqlalchemy as sa

from backend.console import records
from backend.services import SKEW
from backend.store import accounts
from backend.store.database import Database
from backend.store.tables import account, blob, entity, nonce
from fieldkit.demo import kit_officers
from tests.backend.conftest import Running
from tests.backend.factories import photo, plain, visit
from tests.backend.filled import send_blob
from tests.backend.kit import Kit, operation

OTHER = "330402"


@pytest.fixture
def data(backend: Running) -> Iterator[Database]:
    """The running backend's database."""
    opened = Database(f"sqlite:///{backend.data / 'backend.db'}")
    yield opened
    opened.close()


def a_visit(kit: Kit, **more: object) -> str:
    made = visit(officers=kit_officers(), **more)
    (result,) = kit.push(operation("visit", made.id, plain(made)))
    assert result["state"] == "applied", result
    return made.id


def opened(backend: Running, data: Database, role: str) -> tuple[requests.Session, str]:
    """Open a console session for a new account; the log-in form does not come into it."""
    number = uuid.uuid4().hex
    with data.write() as connection:
        accounts.add(connection, number, "330424", role, "-")
        token, _, _ = accounts.open_session(connection, number, None, datetime.now(UTC), timedelta(hours=1))
    http = requests.Session()
    http.verify, http.trust_env = backend.ca_file, False
    http.headers["Cookie"] = f"__Host-fieldkit={token}"
    return http, number


def status(http: requests.Session, backend: Running, path: str = "/console") -> int:
    return http.get(backend.url + path, allow_redirects=False, timeout=20).status_code


def test_an_entity_of_another_county_is_not_changed(kit: Kit, data: Database) -> None:
    visit_id = a_visit(kit)
    with data.write() as connection:
        connection.execute(sa.update(entity).where(entity.c.id == visit_id).values(county=OTHER))
    again = visit(id=visit_id, officers=kit_officers(), number="改动")
    (result,) = kit.push(operation("visit", visit_id, plain(again), base_version=1))
    assert (result["state"], result["problem"]["code"]) == ("rejected", "scope-denied")


def test_a_leader_sees_no_visit_of_another_county(kit: Kit, data: Database) -> None:
    visit_id = a_visit(kit)
    assert records.one(data, "330424", visit_id) is not None
    assert records.one(data, OTHER, visit_id) is None


def test_a_blob_of_another_county_is_not_here(kit: Kit, data: Database) -> None:
    content = uuid.uuid4().bytes
    sha256 = hashlib.sha256(content).hexdigest()
    send_blob(kit, content)
    assert kit.call("GET", f"/v1/blobs/{sha256}").content == content
    with data.write() as connection:
        connection.execute(sa.update(blob).where(blob.c.sha256 == sha256).values(county=OTHER))
    for method in ("HEAD", "GET"):
        assert kit.call(method, f"/v1/blobs/{sha256}").status_code == 404


@pytest.mark.parametrize(
    ("media_type", "way"),
    [
        ("text/html", "attachment"),
        ("image/svg+xml", "attachment"),
        ("image/jpeg", "inline"),
    ],
)
def test_the_console_shows_no_file_that_could_run_a_script(
    backend: Running, kit: Kit, data: Database, media_type: str, way: str
) -> None:
    content = b"<svg/>" + uuid.uuid4().bytes
    shown = photo(content)
    shown = msgspec.structs.replace(shown, original=msgspec.structs.replace(shown.original, media_type=media_type))
    visit_id = a_visit(kit, evidence=(shown,))
    send_blob(kit, content)
    http, _ = opened(backend, data, "大队长")
    with http:
        path = f"/console/visits/{visit_id}/files/{shown.original.sha256}?show=true"
        reply = http.get(backend.url + path, timeout=20)
    assert reply.content == content
    assert reply.headers["Content-Disposition"].partition(";")[0] == way
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_a_session_of_one_who_is_no_leader_opens_no_console(backend: Running, data: Database) -> None:
    for role, expected in (("大队长", 200), ("执法人员", 303)):
        http, _ = opened(backend, data, role)
        with http:
            assert status(http, backend) == expected


def test_the_session_of_a_disabled_account_is_over(backend: Running, data: Database) -> None:
    http, number = opened(backend, data, "大队长")
    with http:
        assert status(http, backend) == 200
        with data.write() as connection:
            connection.execute(
                sa.update(account).where(account.c.number == number).values(disabled_at=datetime.now(UTC))
            )
        assert status(http, backend) == 303


def test_a_nonce_is_remembered_as_long_as_a_signature_may_be_good(kit: Kit, data: Database) -> None:
    """A signature dated ahead by the whole window is good for twice the window."""
    before = datetime.now(UTC)
    kit.call("GET", "/v1/me")
    with data.read() as connection:
        until = connection.execute(
            sa.select(sa.func.max(nonce.c.expires_at)).where(nonce.c.device == kit.device_id)
        ).scalar_one()
    assert until >= before + 2 * SKEW
