"""The backend's own certificate authority: made on first start, pinned by kits, its server certificate renewed."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_CA_YEARS = 20
_LEAF_DAYS = 397
_RENEW_DAYS = 30


class Authority(msgspec.Struct, frozen=True):
    """Files and pins of a data directory's authority. Pins are SHA-256 (hex) over a key's SubjectPublicKeyInfo."""

    ca_pem: str
    ca_pin: str
    spare_pin: str
    chain: Path
    key: Path


def prepare(folder: Path, now: datetime | None = None, hosts: Iterable[str] = ()) -> Authority:
    """Make what is missing in `folder`; renew a server certificate with under 30 days left or without a wanted name.

    The authority has path length 1, since a kit later gets a name-constrained intermediate for its own phones. The
    spare key signs nothing until the first is lost; kits learn its pin at enrolment.

    Args:
        folder: holds keys and certificates.
        now: aware; the present by default.
        hosts: addresses and names by which kits reach the server, beside those of `names`.
    """
    moment = now or datetime.now(UTC)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_key = _key(folder / "ca.key")
    spare_key = _key(folder / "spare-ca.key")
    ca_file = folder / "ca.pem"
    if not ca_file.exists():
        _write(ca_file, _authority(ca_key, moment).public_bytes(serialization.Encoding.PEM), 0o644)
    ca_pem = ca_file.read_bytes()
    ca = x509.load_pem_x509_certificate(ca_pem)
    leaf_file, leaf_key = folder / "server.pem", folder / "server.key"
    wanted = names(hosts)
    if not _serves(leaf_file, ca, moment, wanted):
        leaf = _leaf(ca, ca_key, _key(leaf_key), moment, wanted)
        _write(leaf_file, leaf.public_bytes(serialization.Encoding.PEM) + ca_pem, 0o644)
    return Authority(
        ca_pem=ca_pem.decode(),
        ca_pin=pin(ca.public_key()),
        spare_pin=pin(spare_key.public_key()),
        chain=leaf_file,
        key=leaf_key,
    )


def pin(key: object) -> str:
    """Return the SHA-256 (hex) of a public key's SubjectPublicKeyInfo in DER."""
    assert isinstance(key, ec.EllipticCurvePublicKey)  # noqa: S101 - only our own authority's keys come here
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def names(hosts: Iterable[str] = ()) -> list[x509.GeneralName]:
    """Return what the server may be called: localhost, loopback addresses, this machine's name, and `hosts`.

    An address that stands for all of a machine's (0.0.0.0, ::) names nothing and is left out.
    """
    called = dict.fromkeys(["localhost", socket.gethostname(), "127.0.0.1", "::1", *hosts])
    addresses = {host: _address(host) for host in called}
    return [
        *(x509.DNSName(host) for host, address in addresses.items() if address is None and host.isascii() and host),
        *(x509.IPAddress(address) for address in addresses.values() if address and not address.is_unspecified),
    ]


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _authority(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "fieldkit backend CA"),
            x509.NameAttribute(NameOID.SERIAL_NUMBER, pin(key.public_key())[:16]),
        ]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * _CA_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    wanted: list[x509.GeneralName],
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fieldkit backend")]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_LEAF_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _serves(file: Path, ca: x509.Certificate, now: datetime, wanted: list[x509.GeneralName]) -> bool:
    """Tell whether `file` holds a certificate of `ca` for all wanted names with 30 days left."""
    if not file.exists() or not file.with_suffix(".key").exists():
        return False
    leaf = x509.load_pem_x509_certificate(file.read_bytes())
    covered = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return (
        leaf.issuer == ca.subject
        and leaf.not_valid_before_utc <= now
        and leaf.not_valid_after_utc - now > timedelta(days=_RENEW_DAYS)
        and all(name in list(covered) for name in wanted)
    )


def _key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Read the private key of `file`, or make one there that only its owner can read."""
    if file.exists():
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - we wrote this file
        return key
    made = ec.generate_private_key(ec.SECP256R1())
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(file, pem, 0o600)
    return made


def _write(file: Path, data: bytes, mode: int) -> None:
    partial = file.with_name(f".{file.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(file)
