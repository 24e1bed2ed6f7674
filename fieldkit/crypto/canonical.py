"""One byte form for one value, so that digests and signatures of the same content agree everywhere."""

from __future__ import annotations

import msgspec

_encoder = msgspec.json.Encoder(order="sorted")


def canonical_json(value: object) -> bytes:
    """Return `value` as UTF-8 JSON with sorted keys and no white space.

    Equals RFC 8785 for objects with ASCII keys and no floats beyond shortest form, which is all the product signs.
    """
    return _encoder.encode(value)
