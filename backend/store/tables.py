"""Every table of the backend, for SQLite and PostgreSQL alike; migrations make them, tests compare the two."""

from __future__ import annotations

import sqlalchemy as sa

from backend.store.times import Moment

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

HASH = sa.String(64)
ID = sa.String(128)
COUNTY = sa.String(12)

installation = sa.Table(
    "installation",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""Facts of this installation, by name: `epoch` changes when the data are restored from a copy."""

county = sa.Table(
    "county",
    metadata,
    sa.Column("code", COUNTY, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("seal_key", sa.String(64), nullable=False),
)
"""Counties; `seal_key` (hex) makes the page seals and is shared by the county's kits."""

counter = sa.Table(
    "counter",
    metadata,
    sa.Column("county", COUNTY, primary_key=True),
    sa.Column("change", sa.BigInteger, nullable=False),
    sa.Column("receipt", sa.BigInteger, nullable=False),
    sa.Column("floor", sa.BigInteger, nullable=False),
)
"""One row a county, locked first in every writing transaction: last change number, last receipt number, and the
change number below which tombstones are gone (an older cursor gets 410)."""

entity = sa.Table(
    "entity",
    metadata,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("id", ID, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("change", sa.BigInteger, nullable=False),
    sa.Column("deleted", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("filing", sa.Text),
    sa.Column("device", ID),
    sa.Column("officer", sa.String(64)),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Index(None, "county", "change", unique=True),
    sa.CheckConstraint("version > 0", name="version"),
)
"""What the backend holds: the body as JSON text (None in a tombstone), beside it the filing of a visit."""

ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("op_id", ID, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("device", ID, nullable=False),
    sa.Column("officer", sa.String(64)),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("entity_id", ID, nullable=False),
    sa.Column("body_sha256", sa.String(128), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index(None, "at"),
)
"""Every operation decided, with the answer it got; kept for 400 days or more."""

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("op_id", ID, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("device", ID, nullable=False),
    sa.Column("officer", sa.String(64)),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("entity_id", ID, nullable=False),
    sa.Column("reason", sa.String(64), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Index(None, "county", "received_at"),
)
"""Work that waits for a leader: the operation's own bytes, and why."""

wanted = sa.Table(
    "wanted",
    metadata,
    sa.Column("visit_id", ID, primary_key=True),
    sa.Column("sha256", HASH, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Index(None, "county", "sha256"),
)
"""The blobs a visit names and the backend has not got yet."""

blob = sa.Table(
    "blob",
    metadata,
    sa.Column("county", COUNTY, primary_key=True),
    sa.Column("sha256", HASH, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("stored_at", Moment, nullable=False),
)
"""Which county holds which content; the bytes stand in the content store, once."""

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("id", HASH, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("device", ID, nullable=False),
    sa.Column("sha256", HASH, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("metadata", sa.Text, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("finished", sa.Boolean, nullable=False),
    sa.Index(None, "expires_at"),
)
"""Uploads under way. `id` is the SHA-256 of the capability in the Location, which is kept nowhere."""

device = sa.Table(
    "device",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("public_key", sa.String(64), nullable=False),
    sa.Column("enrolled_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
)
"""Kits: the Ed25519 public key (hex) that their signatures verify under."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("device", ID, primary_key=True),
    sa.Column("head", sa.String(128), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)
"""The heads of each kit's audit chain as they came up: a chain rewritten later no longer meets them."""

nonce = sa.Table(
    "nonce",
    metadata,
    sa.Column("device", ID, primary_key=True),
    sa.Column("nonce", sa.String(128), primary_key=True),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index(None, "expires_at"),
)
"""Nonces seen within the time a signature is good for."""

enrolment = sa.Table(
    "enrolment",
    metadata,
    sa.Column("secret_hash", HASH, primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("device", ID),
)
"""One-time secrets by their hash. `device` is the last one made by it; that one's first session ends the secret by
setting `expires_at`."""

account = sa.Table(
    "account",
    metadata,
    sa.Column("number", sa.String(64), primary_key=True),
    sa.Column("county", COUNTY, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("disabled_at", Moment),
)
"""Who may sign in; name, squad and expiry stand in the entity of kind `officer` with the same number."""

session = sa.Table(
    "session",
    metadata,
    sa.Column("token_hash", HASH, primary_key=True),
    sa.Column("number", sa.String(64), nullable=False),
    sa.Column("device", ID),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index(None, "expires_at"),
)
"""Sessions by the hash of their token; one without a device is a console's."""

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("subject", sa.String(200), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
)
"""Failed log-ins since the last good one, and when the next try is heard."""
