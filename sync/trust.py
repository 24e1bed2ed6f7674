"""Whom a kit believes: one certificate authority by its key, and the spare that may follow it."""

from __future__ import annotations

import hashlib
import ssl
from http.client import HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from requests.adapters import HTTPAdapter

from fieldkit.errors import NetworkUnavailable, NotTheServer

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME; Python has no name for it
_CA_LIMIT_BYTES = 64 * 1024


def sole_certificate(ca_pem: str) -> x509.Certificate:
    """Return the one certificate of a PEM.

    Python's TLS trusts every certificate of a PEM it is given: what was never compared with a pin must not be there.

    Raises:
        NotTheServer: there is none, or more than one.
    """
    try:
        found = x509.load_pem_x509_certificates(ca_pem.encode("ascii"))
    except ValueError as error:
        raise NotTheServer(why="没有证书 (no certificate)") from error
    if len(found) != 1:
        raise NotTheServer(why="证书不止一张 (more than one certificate)")
    return found[0]


def pin_of(ca_pem: str) -> str:
    """Return the SHA-256 (hex) over the SubjectPublicKeyInfo (DER) of the one certificate.

    Raises:
        NotTheServer: this is no certificate, or more than one.
    """
    return _pin(sole_certificate(ca_pem))


def pinned_context(ca_pem: str) -> ssl.SSLContext:
    """Return a client context that trusts this authority and nothing else.

    The validity period is not compared with the laptop's clock: no client clock decides anything (PROTOCOL rule 5),
    and a laptop ten years off has to sync.

    Raises:
        NotTheServer: this is no certificate, or more than one.
    """
    authority = sole_certificate(ca_pem).public_bytes(Encoding.DER)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority)
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


class PinnedAdapter(HTTPAdapter):
    """requests' transport with our context; never the bundle of public authorities, nor one an environment names."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0, pool_maxsize=4)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Give every pool the context."""
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **pool_kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Keep requests from loading its public authorities into the context."""
        required = self._context.verify_mode == ssl.CERT_REQUIRED
        conn.cert_reqs = "CERT_REQUIRED" if required else "CERT_NONE"
        conn.ca_certs = None
        conn.ca_cert_dir = None


def fetch_authority(server_url: str, believe: frozenset[str] | str, timeout_s: float) -> str:
    """Fetch `GET /v1/ca` without any trust and return the certificate only if its key is one we were told of.

    What comes back is the one certificate whose key was compared, encoded anew; nothing else that was sent is in it.

    Args:
        server_url: `https://host:port`.
        believe: pins (hex) that may answer, or the first 32 or more hex digits of one.
        timeout_s: seconds to connect, and without a byte.

    Raises:
        NotTheServer: another key, or not one certificate alone.
        NetworkUnavailable: nothing answers.
    """
    where = urlsplit(server_url)
    if where.scheme != "https" or not where.hostname:
        raise NotTheServer(why="不是 https (not https)")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the hash below is what we believe
    connection = HTTPSConnection(where.hostname, where.port or 443, timeout=timeout_s, context=context)
    try:
        connection.request("GET", "/v1/ca")
        answer = connection.getresponse()
        status, body = answer.status, answer.read(_CA_LIMIT_BYTES)
    except ssl.SSLError as error:
        raise NotTheServer(why="对方不讲 TLS (no TLS)") from error
    except (OSError, HTTPException) as error:
        raise NetworkUnavailable(why="取不到服务器证书 (no certificate to be had)") from error
    finally:
        connection.close()
    if status >= 500:
        raise NetworkUnavailable(why=f"HTTP {status}")
    try:
        pem = body.decode("ascii")
    except UnicodeDecodeError as error:
        raise NotTheServer(why="没有证书 (no certificate)") from error
    certificate = sole_certificate(pem)
    pin = _pin(certificate)
    told = pin.startswith(believe.lower()) if isinstance(believe, str) else pin in believe
    if not told:
        raise NotTheServer(why="证书指纹不符 (another key)")
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _pin(certificate: x509.Certificate) -> str:
    try:
        spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotTheServer(why="证书的密钥读不懂 (a key of an unknown kind)") from error
    return hashlib.sha256(spki).hexdigest()
