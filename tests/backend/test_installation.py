"""A data directory from first start on: tables, authority, one process, accounts, and what a power cut leaves."""

from __future__ import annotations

import io
import json
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from cryptography import x509
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from backend import certificates
from backend.cli import main
from backend.store import accounts
from backend.store.content import ContentStore
from backend.store.database import Database
from backend.store.tables import metadata
from fieldkit.demo import kit_officers
from tests.backend.conftest import Running, secret_of, start, stop
from tests.backend.factories import plain, visit
from tests.backend.kit import Kit, operation
from tests.backend.test_uploads import OCTETS
from tests.backend.test_uploads import metadata as upload_metadata


def test_migrations_make_the_tables_the_code_uses(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.migrate()


def test_tables_and_statements_suit_postgresql() -> None:
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=dialect))
    lock = sa.select(metadata.tables["counter"].c.change).with_for_update()
    assert "FOR UPDATE" in str(lock.compile(dialect=dialect))


def test_a_second_server_on_the_same_data_is_refused(backend: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--data", str(backend.data), "--port", "0"]) == 1
    assert "另一个进程" in capsys.readouterr().err


def test_a_port_in_use_is_said_in_one_line(
    backend: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = backend.url.rpartition(":")[2]
    assert main(["serve", "--data", str(tmp_path / "data"), "--port", port]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["serve", "--port", "70000"], ["user", "add"]])
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_there_is_no_code_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrol", "--data", str(tmp_path)]) == 1
    assert "fieldkit-backend serve" in capsys.readouterr().err


def test_an_account_added_beside_the_server_can_sign_in(
    backend: Running, own_kit: Kit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = f"9{os.getpid()}"
    add = ["user", "add", "--data", str(backend.data), "--number", number, "--name", "新示员", "--squad", "武原中队"]
    monkeypatch.setenv("FIELDKIT_PASSWORD", "short")
    assert main([*add, "--expires", "2031-01-01"]) == 1
    assert "10" in capsys.readouterr().err
    for weak, words in (("password123", "太常见"), (f"my {number} words", "执法证号")):  # what no kit would take
        monkeypatch.setenv("FIELDKIT_PASSWORD", weak)
        assert main([*add, "--expires", "2031-01-01"]) == 1
        assert words in capsys.readouterr().err
    monkeypatch.setenv("FIELDKIT_PASSWORD", "a long enough one")
    assert main([*add, "--expires", "2031-01-01"]) == 0
    assert "FIELDKIT_PASSWORD" not in os.environ
    monkeypatch.setenv("FIELDKIT_PASSWORD", "a long enough one")
    assert main(add) == 1
    assert own_kit.sign_in(number, "a long enough one").status_code == 200
    assert number in {officer["number"] for officer in own_kit.call("GET", "/v1/me").json()["roster"]}
    capsys.readouterr()
    assert main(["user", "list", "--json", "--data", str(backend.data)]) == 0
    listed = {user["number"]: user for user in json.loads(capsys.readouterr().out)}
    assert listed[number]["expires_on"] == "2031-01-01"
    assert "password" not in str(listed)


def test_an_account_is_changed_beside_the_server(
    backend: Running, own_kit: Kit, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    number, data = f"8{os.getpid()}", ["--data", str(backend.data)]
    monkeypatch.setenv("FIELDKIT_PASSWORD", "a long enough one")
    assert main(["user", "add", *data, "--number", number, "--name", "新示员", "--expires", "2026-01-01"]) == 0
    assert own_kit.sign_in(number, "a long enough one").status_code == 200
    change = ["user", "set", *data, "--number", number]
    for given, code in (("password123\n", 1), ("another long one\n", 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert main([*change, "--expires", "2031-01-01", "--password-stdin"]) == code
    assert own_kit.call("GET", "/v1/me").status_code == 401  # a session of the old password
    assert own_kit.sign_in(number, "a long enough one").status_code == 401
    assert own_kit.sign_in(number, "another long one").json()["officer"]["expires_on"] == "2031-01-01"
    assert main([*change, "--disable"]) == 0
    assert own_kit.call("GET", "/v1/me").status_code == 401
    assert own_kit.sign_in(number, "another long one").status_code == 401
    capsys.readouterr()
    assert main(change) == 1
    assert main(["user", "set", *data, "--number", "nobody", "--disable"]) == 1
    assert capsys.readouterr().err.count("\n") == 2


def test_a_kit_is_listed_and_revoked_beside_the_server(
    backend: Running, own_kit: Kit, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(backend.data)]
    assert own_kit.call("GET", "/v1/me").status_code == 200
    assert main(["device", "revoke", *data, own_kit.device_id]) == 0
    assert own_kit.call("GET", "/v1/me").json()["code"] == "device-revoked"
    assert main(["device", "list", *data, "--json"]) == 0
    listed = {kit["id"]: kit for kit in json.loads(capsys.readouterr().out)}
    assert listed[own_kit.device_id]["name"] == "试验箱"
    assert listed[own_kit.device_id]["revoked_at"]
    assert main(["device", "revoke", *data, "dev-none"]) == 1


def test_a_code_from_the_command_line_enrols(
    backend: Running, own_kit: Kit, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enrol", "--data", str(backend.data)]) == 0
    code = capsys.readouterr().out.strip()
    assert code.startswith("fieldkit://enrol?u=")
    assert own_kit.enrol(secret_of(code)).status_code == 200


def test_private_keys_are_their_owners_alone(backend: Running) -> None:
    for name in ("ca.key", "spare-ca.key", "server.key"):
        assert stat.S_IMODE((backend.data / "tls" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(backend.data.stat().st_mode) == 0o700


def test_the_server_certificate_is_renewed_and_the_authority_stays(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first = certificates.prepare(tmp_path, now)
    leaf = first.chain.read_bytes()
    assert certificates.prepare(tmp_path, now + timedelta(days=300)).chain.read_bytes() == leaf
    later = certificates.prepare(tmp_path, now + timedelta(days=380))
    assert later.chain.read_bytes() != leaf
    assert (later.ca_pin, later.spare_pin, later.ca_pem) == (first.ca_pin, first.spare_pin, first.ca_pem)
    renewed = x509.load_pem_x509_certificate(later.chain.read_bytes())
    names = renewed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert "127.0.0.1" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    authority = x509.load_pem_x509_certificate(later.ca_pem.encode())
    renewed.verify_directly_issued_by(authority)


def test_the_server_certificate_names_where_it_listens_and_what_kits_are_told(tmp_path: Path) -> None:
    first = certificates.prepare(tmp_path).chain.read_bytes()
    hosts = ("127.0.0.2", "kits.example", "fd00::7", "0.0.0.0")  # noqa: S104 - named as an argument only
    named = certificates.prepare(tmp_path, hosts=hosts).chain.read_bytes()
    assert named != first
    leaf = x509.load_pem_x509_certificate(named)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {"kits.example", "localhost"} <= set(names.get_values_for_type(x509.DNSName))
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    assert addresses == ["127.0.0.1", "::1", "127.0.0.2", "fd00::7"]
    assert certificates.prepare(tmp_path, hosts=hosts).chain.read_bytes() == named
    assert certificates.prepare(tmp_path).chain.read_bytes() == named


def test_the_names_of_the_next_start_are_certified_too(tmp_path: Path) -> None:
    data = tmp_path / "data"
    stop(start(data)[0])  # the certificate of a first start names other places
    process, facts = start(data, "--host", "127.0.0.2", "--public-url", "https://kits.example:8443")
    assert facts["url"] == "https://kits.example:8443"
    try:
        leaf = x509.load_pem_x509_certificate((data / "tls" / "server.pem").read_bytes())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert "kits.example" in names.get_values_for_type(x509.DNSName)
        assert "127.0.0.2" in [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    finally:
        stop(process)


def test_content_is_stored_once_and_only_under_its_hash(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "blobs")
    sha256 = store.put(b"content")
    assert store.put(b"content") == sha256
    wrong = tmp_path / "blobs" / "partial"
    wrong.write_bytes(b"other")
    assert not store.adopt(wrong, sha256)
    assert wrong.exists()
    wrong.write_bytes(b"content")
    assert store.adopt(wrong, sha256)
    assert store.read(sha256) == b"content"
    assert [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()] == [store.path(sha256)]


def test_delays_between_tries_grow(database: Database) -> None:
    from backend.problems import Refusal

    now = datetime(2026, 6, 11, tzinfo=UTC)
    waits: list[int] = []
    for _ in range(9):
        with pytest.raises(Refusal) as refused:
            accounts.sign_in(database, "1", "wrong", "source", now)
        if "Retry-After" in refused.value.headers:
            waits.append(int(refused.value.headers["Retry-After"]))
            now += timedelta(seconds=waits[-1])
    assert waits == sorted(waits)
    assert len(waits) >= 2


def test_a_power_cut_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process, facts = start(data, "--demo")
    body = plain(visit(officers=kit_officers()))
    op = operation("visit", body["id"], body)
    payload = os.urandom(9000)
    with Kit(facts["url"], str(data / "tls" / "ca.pem")) as kit:
        kit.enrol(secret_of(facts["enrol_code"]))
        kit.sign_in(kit_officers()[0])
        (first,) = kit.push(op)
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "9000",
            "Upload-Metadata": upload_metadata(payload),
        }
        location = kit.call("POST", "/v1/uploads", headers=headers).headers["Location"]
        tus = {"Tus-Resumable": "1.0.0", "Content-Type": OCTETS}
        part = kit.http.patch(kit.url + location, data=payload[:4000], headers={**tus, "Upload-Offset": "0"})
        assert part.headers["Upload-Offset"] == "4000"
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert process.stdout is not None
        process.stdout.close()

        process, facts = start(data, "--demo")
        kit.url = facts["url"]
        try:
            assert kit.push(op) == [{**first, "replayed": True}]
            assert kit.http.head(kit.url + location, headers=tus).headers["Upload-Offset"] == "4000"
            rest = kit.http.patch(kit.url + location, data=payload[4000:], headers={**tus, "Upload-Offset": "4000"})
            assert rest.status_code == 204
            rows, _ = kit.all_changes()
            assert sum(row["kind"] == "enterprise" for row in rows) == 443
        finally:
            stop(process)


def test_it_stops_within_a_moment_though_a_kit_keeps_its_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process, facts = start(data, "--ready", str(tmp_path / "ready.json"))
    assert json.loads((tmp_path / "ready.json").read_text("utf-8")) == facts
    assert set(facts) == {"url", "pid", "ca_pin"}
    with requests.Session() as http:
        http.verify, http.trust_env = str(data / "tls" / "ca.pem"), False
        assert http.get(facts["url"] + "/v1/hello").status_code == 200
        process.terminate()
        assert process.wait(8) == 0
    assert process.stdout is not None
    process.stdout.close()


def test_the_command_names_itself() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "backend.cli", "--version"], capture_output=True, text=True, check=True
    ).stdout
    assert told.startswith("fieldkit-backend ")


@pytest.mark.parametrize(
    ("number", "name"),
    [("", "示员"), ("12", "示员"), ("330 424", "示员"), ("../x", "示员"), ("3" * 33, "示员"), ("330424020\n", "示员"),
     ("330424020", ""), ("330424020", "  "), ("330424020", "示\x07员"), ("330424020", "示" * 41)],
)  # fmt: skip
def test_odd_numbers_and_names_are_wrong_usage(number, name, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["user", "add", "--data", str(tmp_path), f"--number={number}", f"--name={name}"])
    assert ended.value.code == 2
    assert "(" in capsys.readouterr().err.splitlines()[-1]


def test_people_are_told_where_the_console_is_and_machines_get_one_line_of_json(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.cli", "serve", "--data", str(tmp_path / "data"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = process.stderr.readline()
    process.terminate()
    out, _ = process.communicate(timeout=10)
    facts = json.loads(out)
    assert f"{facts['url']}/console" in told
    assert str(tmp_path / "data" / "tls" / "ca.pem") in told
