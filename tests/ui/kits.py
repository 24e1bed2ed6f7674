"""Small kits for the screens: real files, a part of the demo county, a server that nobody answers for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fieldkit.access import keys
from fieldkit.clock import Clock
from fieldkit.crypto.device import new_device_key, private_hex
from fieldkit.demo import COUNTY, PASSWORD, County, county, kit_officers
from fieldkit.model.operation import Change, Filing
from fieldkit.replica import Enrolment, Replica
from sync.client import Credentials
from ui.open_kit import OpenKit

CHEAP = keys.Cost(passes=1, memory_kib=8)
SCOPE = f"county:{COUNTY}"
NOBODY = "https://127.0.0.1:9"
"""The discard port: refused at once, so a sync here is a kit without network."""


def changes_of(demo: County) -> list[Change]:
    """Return the demo county as the feed would bring it."""
    made: list[Change] = []

    def bring(kind: str, entity_id: str, body: object, filing: Filing | None = None) -> None:
        raw = msgspec.Raw(msgspec.json.encode(body))
        made.append(Change(kind=kind, id=entity_id, version=1, change=len(made) + 1, body=raw, filing=filing))

    for officer in demo.officers:
        bring("officer", officer.number, officer)
    for enterprise in demo.enterprises:
        named = msgspec.structs.replace(enterprise, pinyin="", initials="")
        bring("enterprise", enterprise.id, named)
    for task in demo.tasks:
        bring("task", task.id, task)
    for petition in demo.petitions:
        bring("petition", petition.id, petition)
    for place, visit in enumerate(demo.visits):
        at = visit.opened_at.at
        bring("visit", visit.id, visit, Filing(receipt=f"R{place}", received_at=at, filed_at=at))
    return made


def authority() -> str:
    """Return the PEM of a certificate authority nobody else has."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .sign(key, None)
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def make_kit(home: Path, demo: County | None = None) -> None:
    """Make a kit at `home` that both demo officers open, holding `demo` (nothing by default)."""
    first, *others = kit_officers()
    clock = Clock()
    kit_keys = keys.create(home, first, PASSWORD, CHEAP)
    for other in others:
        keys.add_officer(home, kit_keys, other, PASSWORD, CHEAP)
    with Replica.create(home, kit_keys, clock) as replica:
        replica.enrolment.set(
            Enrolment(
                server_url=NOBODY,
                ca_pem=authority(),
                spare_pin="",
                device_id="device-1",
                device_key=private_hex(new_device_key()),
                county=COUNTY,
                county_name="海盐县",
                county_key="11" * 32,
                epoch="e1",
            )
        )
        if demo is not None:
            found = changes_of(demo)
            replica.changes.apply(SCOPE, found, str(len(found)), "e1")


def open_kit(home: Path) -> Iterator[OpenKit]:
    """Open a kit, its workers not started, and close it in the end."""
    number = kit_officers()[0]
    kit = OpenKit(home, keys.unlock(home, number, PASSWORD), Credentials(number, PASSWORD))
    try:
        yield kit
    finally:
        kit.close()


def small_county(today: datetime) -> County:
    """Return sixteen key sources and ninety others."""
    return county(key_sources=16, others=90, today=today.date())
