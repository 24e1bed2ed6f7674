"""One whole sync: operations up, changes down, blobs up (small before large), and what came of it."""

from __future__ import annotations

import random
import threading

import msgspec

from fieldkit.clock import Clock
from fieldkit.crypto.device import load_private
from fieldkit.errors import (
    AuthExpired,
    Cancelled,
    KnownError,
    NetworkUnavailable,
    NotEnrolled,
    NotFound,
    NotTheServer,
    ReplicaDamaged,
    WrongKey,
    sentence,
)
from fieldkit.replica import Replica
from fieldkit.replica.blobs import BlobRow
from fieldkit.replica.enrolment import Enrolment
from sync.client import SignIn, SyncClient
from sync.pull import Pull
from sync.push import Push
from sync.refusal import Overloaded, Refused
from sync.report import Progress, SyncReport, Tally
from sync.transport import Device, Stop, Timeouts, Transport
from sync.trust import fetch_authority
from sync.upload import upload
from sync.wire import PROTOCOL, Hello, Limits

SMALL_BYTES = 1 << 20
"""Blobs up to here go first: pages before photos, photos before films."""


class SyncEngine:
    """Syncs one open kit with its server. One run at a time; a second caller waits.

    Args:
        replica: the open kit.
        clock: of the kit; learns the server's time.
        sign_in: gives the officer's number and password when a session is needed, or None.
        timeouts: of the network.
        dice: for jitter.
    """

    def __init__(
        self,
        replica: Replica,
        clock: Clock,
        sign_in: SignIn,
        timeouts: Timeouts | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self._replica = replica
        self._clock = clock
        self._sign_in = sign_in
        self._timeouts = timeouts or Timeouts()
        self._dice = dice or random.SystemRandom()
        self._alone = threading.Lock()
        self._connected: tuple[Enrolment, SyncClient] | None = None

    def close(self) -> None:
        """Close the connections to the server and forget the session."""
        with self._alone:
            self._disconnect()

    def run(self, cancel: Stop | None = None, progress: Progress | None = None, *, patient: bool = False) -> SyncReport:
        """Push what waits, pull what changed, bring the blobs, and return the counts.

        Whatever was acknowledged before an error is written down; the rest waits in the outbox with its reason.

        Args:
            cancel: when set, the run ends at its next step.
            progress: told of each step, on this thread.
            patient: leave alone what waits for its next attempt; a run that an officer asked for tries it now.

        Raises:
            NotEnrolled: this kit has no server.
            ServerRejected: the device was revoked; its operations were handed in.
            NetworkUnavailable: no way to the server; NotTheServer: something else answered.
            AuthExpired: nobody is signed in; WrongKey: the server does not take the password.
            Cancelled: the officer stopped it.
        """
        told = progress or (lambda _lane, _done, _total, _bytes: None)
        with self._alone:
            told("hello", 0, 0, 0)
            enrolment, client, hello = self._connect(cancel or threading.Event())
            tally = Tally()
            push = Push(
                self._replica,
                client,
                self._clock,
                hello.limits,
                enrolment.device_id,
                tally,
                told,
                self._dice,
            )
            pull = Pull(self._replica, client, hello.epoch, tally, told)
            try:
                scopes = client.me().scopes  # signs in first: without a session nothing is marked as on its way
            except Refused as error:
                if error.problem.code == "device-revoked":
                    # What was done on it goes to a leader before this run ends (PROTOCOL rule 6).
                    self._wake(patient=patient)
                    push.run(session=False)
                raise
            self._wake(patient=patient)
            push.run()
            pull.run(scopes)
            if pull.returned:
                push.run()  # the server came back from an older copy: what it lost goes up again
                pull.run(scopes)
            if self._blobs(enrolment, client, hello.limits, tally, told):
                pull.run(scopes)  # what the blobs completed: the visit is filed
            self._replica.outbox.prune()
            return tally.report(self.waiting())

    def fetch(self, sha256: str) -> bytes:
        """Fetch one blob from the server, its hash proved.

        Raises:
            NetworkUnavailable, AuthExpired, ServerRejected: as `run`.
        """
        with self._alone:
            _, client, _ = self._connect(threading.Event())
            return client.blob(sha256)

    def waiting(self) -> int:
        """Return how many operations and blobs are still to go."""
        unsent = sum(item.state in ("pending", "inflight", "parked") for item in self._replica.outbox.items())
        return unsent + len(self._replica.blobs.waiting())

    def _wake(self, *, patient: bool) -> None:
        """Bring back what waits: what a dead run left on its way, and, unless patient, what was put off."""
        self._replica.outbox.resume()  # the ledger knows what arrived
        if not patient:
            self._replica.outbox.unpark()
            self._replica.outbox.hurry()

    def _blobs(self, enrolment: Enrolment, client: SyncClient, limits: Limits, tally: Tally, told: Progress) -> int:
        """Bring every waiting blob and return how many were stored; one that fails stops no other.

        Raises:
            NetworkUnavailable: the line broke, the server wants a pause, or nothing at all was taken.
            AuthExpired, WrongKey, Cancelled: nobody to go on for.
        """
        rows = sorted(self._replica.blobs.waiting(), key=lambda row: (row.size > SMALL_BYTES, row.size, row.sha256))
        stored = 0
        trouble: NetworkUnavailable | None = None
        for done, row in enumerate(rows):
            told("blobs", done, len(rows), tally.blob_bytes)
            try:
                self._blob(enrolment, client, limits, row, done, len(rows), tally, told)
            except (AuthExpired, WrongKey, Cancelled):
                raise
            except NetworkUnavailable as error:
                if not _of_one(error):
                    raise
                trouble = trouble or error
                tally.problem(row.sha256, error.message_key, error.zh)
            except Refused as error:
                tally.problem(row.sha256, error.problem.code, error.zh)
            except (ReplicaDamaged, NotFound):
                name = row.filename or row.sha256
                tally.problem(row.sha256, "blob-damaged", sentence("sync.blob_damaged", name=name)[0])
            except KnownError as error:
                tally.problem(row.sha256, error.message_key, error.zh)
            else:
                stored += 1
        if trouble is not None and not stored:
            raise trouble
        if rows:
            told("blobs", len(rows), len(rows), tally.blob_bytes)
        return stored

    def _blob(
        self,
        enrolment: Enrolment,
        client: SyncClient,
        limits: Limits,
        row: BlobRow,
        done: int,
        total: int,
        tally: Tally,
        told: Progress,
    ) -> None:
        before = tally.blob_bytes

        def step(_offset: int, sent: int) -> None:
            tally.blob_bytes = before + sent
            told("blobs", done, total, tally.blob_bytes)

        upload(client, enrolment.server_url, row, self._replica.blobs, limits.chunk, step)
        self._replica.blobs.stored(row.sha256)
        tally.blobs += 1

    def _connect(self, cancel: Stop) -> tuple[Enrolment, SyncClient, Hello]:
        enrolment = self._replica.enrolment.get()
        if enrolment is None:
            raise NotEnrolled(home="")
        if self._connected is None or self._connected[0] != enrolment:
            self._disconnect()
            self._connected = enrolment, self._client(enrolment)
        client = self._connected[1]
        client.transport.cancel = cancel
        try:
            hello = client.hello()
        except NotTheServer as first:
            enrolment = self._spare(enrolment, first)
            self._disconnect()
            client = self._client(enrolment)
            client.transport.cancel = cancel
            self._connected = enrolment, client
            hello = client.hello()
        if hello.protocol != PROTOCOL:
            raise NotTheServer(why=f"协议不同 (protocol {hello.protocol})")
        return enrolment, client, hello

    def _spare(self, enrolment: Enrolment, first: NotTheServer) -> Enrolment:
        """Follow the server to its spare authority, whose key's pin came at enrolment; else raise the first error.

        The pin is good for one move: once the spare is the authority there is no other to follow it.
        """
        if not enrolment.spare_pin:
            raise first
        believed = frozenset({enrolment.spare_pin})
        try:
            ca_pem = fetch_authority(enrolment.server_url, believed, self._timeouts.connect_s)
        except KnownError as error:
            raise first from error
        moved = msgspec.structs.replace(enrolment, ca_pem=ca_pem, spare_pin="")
        self._replica.enrolment.set(moved)
        return moved

    def _client(self, enrolment: Enrolment) -> SyncClient:
        device = Device(enrolment.device_id, load_private(enrolment.device_key))
        transport = Transport(enrolment.server_url, enrolment.ca_pem, self._clock, device, self._timeouts)
        return SyncClient(transport, self._sign_in)

    def _disconnect(self) -> None:
        if self._connected is not None:
            self._connected[1].transport.close()
            self._connected = None


def _of_one(error: NetworkUnavailable) -> bool:
    """Tell an answer that may be for one blob alone from a line that is gone or a pause that is asked for."""
    return isinstance(error, NotTheServer) or (isinstance(error, Overloaded) and error.retry_after_s is None)
