"""HTTP Message Signatures (RFC 9421, Ed25519) with Content-Digest (RFC 9530): one form for kit and backend.

Covered are method, path, query and body digest, with creation time, nonce and key id. The host is not covered: a kit
may reach its backend by more than one name, and the pinned TLS says who answers. The age of a signature and the reuse
of a nonce are judged by the backend, which alone knows its time and what it has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    algorithms,
)

from fieldkit.errors import KnownError

COVERED = ("@method", "@path", "@query", "content-digest")
LABEL = "fieldkit"


class BadSignature(KnownError):
    """The request is not signed, or not by this key, or was altered on the way."""

    key = "signature.bad"


class Signed(msgspec.Struct, frozen=True):
    """What a verified signature says of itself: the signer's clock (aware UTC), its nonce and key id."""

    created: datetime
    nonce: str
    key_id: str


class _Message(msgspec.Struct):
    """The little of a request that RFC 9421 looks at."""

    method: str
    url: str
    headers: dict[str, str]


class _Keys(HTTPSignatureKeyResolver):
    def __init__(
        self, private: Ed25519PrivateKey | None, public: Callable[[str], Ed25519PublicKey | None] | None
    ) -> None:
        self._private, self._public = private, public

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey | None:
        return self._private

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return None if self._public is None else self._public(key_id)


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: object, max_age: object = None) -> None:
        """Leave the time to the backend, which answers `clock-skew` with its own."""


def sign(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    key: Ed25519PrivateKey,
    key_id: str,
    created: datetime,
    nonce: str,
) -> dict[str, str]:
    """Return `headers` with Content-Digest, Signature-Input and Signature added.

    Args:
        method: upper case.
        url: absolute, as sent, with its query.
        headers: of the request so far; none of them is covered.
        body: the bytes as sent (after compression), b"" without one.
        key: the device's key.
        key_id: the device id.
        created: aware moment by the server's time as far as known.
        nonce: fresh for each request, 16 random bytes as text or more.
    """
    kept = {name: value for name, value in headers.items() if name.lower() not in _OURS}
    message = _Message(method, url, kept)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(key, None)).sign(
        message,
        key_id=key_id,
        created=created,
        nonce=nonce,
        label=LABEL,
        covered_component_ids=COVERED,
        body=body,
    )
    return message.headers


def verify(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    public_key: Callable[[str], Ed25519PublicKey | None],
) -> Signed:
    """Return what the signature says, once it and the body's digest verify.

    Args:
        method: upper case.
        url: absolute; only path and query matter.
        headers: as received, names in any case, one value a name.
        body: the bytes as received, before decompression.
        public_key: from key id to the device's key, or None for an unknown device.

    Raises:
        BadSignature: missing, malformed, of an unknown key, not covering what it must, or altered.
    """
    message = _Message(method, url, dict(headers))
    verifier = _Verifier(signature_algorithm=algorithms.ED25519, key_resolver=_Keys(None, public_key))
    try:
        (result,) = verifier.verify(message, max_age=None, require_components=COVERED, body=body)
        parameters = result.parameters
        return Signed(
            created=datetime.fromtimestamp(int(parameters["created"]), UTC),
            nonce=str(parameters["nonce"]),
            key_id=str(parameters["keyid"]),
        )
    except (HTTPMessageSignaturesException, KeyError, ValueError, OverflowError) as error:
        raise BadSignature(why=str(error) or "altered") from error


_OURS = frozenset({"content-digest", "signature-input", "signature"})
