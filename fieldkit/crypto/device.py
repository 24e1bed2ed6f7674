"""The device's own Ed25519 key: what a kit signs its requests with."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from fieldkit.errors import InvalidInput


def new_device_key() -> Ed25519PrivateKey:
    """Return a fresh private key."""
    return Ed25519PrivateKey.generate()


def private_hex(key: Ed25519PrivateKey) -> str:
    """Return the 32 private bytes as hex, as the enrolment keeps them inside `work.db`."""
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex()


def public_hex(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Return the 32 public bytes as hex, as `EnrolRequest.device_key` carries them."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def load_private(text: str) -> Ed25519PrivateKey:
    """Return the private key that `private_hex` wrote.

    Raises:
        InvalidInput: not 64 hex digits.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise InvalidInput(what="device key", why="not 32 bytes in hex") from error


def load_public(text: str) -> Ed25519PublicKey:
    """Return the public key that `public_hex` wrote.

    Raises:
        InvalidInput: not 64 hex digits, or no point of the curve.
    """
    try:
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    except ValueError as error:
        raise InvalidInput(what="device key", why="not 32 bytes in hex") from error
