"""How a machine becomes a kit of a county: one code, one authority pinned by its key, one device key."""

from __future__ import annotations

import re
import socket
from urllib.parse import parse_qs, urlsplit

import msgspec

from fieldkit.clock import Clock
from fieldkit.crypto.device import new_device_key, private_hex, public_hex
from fieldkit.errors import InvalidInput, NotTheServer
from fieldkit.model.officer import Officer
from fieldkit.replica.enrolment import Enrolment
from sync.client import Credentials, SyncClient
from sync.transport import Device, Timeouts, Transport
from sync.trust import fetch_authority, pin_of
from sync.wire import EnrolRequest

_PIN = re.compile(r"[0-9a-f]{32,64}")


class EnrolCode(msgspec.Struct, frozen=True):
    """What a code or its QR carries: server, one-time secret, and 128 bits or more of its CA key's hash (hex)."""

    url: str
    secret: str
    pin: str

    def __repr__(self) -> str:
        return f"EnrolCode({self.url!r}, …)"


class Enrolled(msgspec.Struct, frozen=True):
    """A finished enrolment and the officer whom the server took."""

    enrolment: Enrolment
    officer: Officer


def parse_code(text: str) -> EnrolCode:
    """Read `fieldkit://enrol?u=…&s=…&k=…`.

    Raises:
        InvalidInput: not such a code, or its server isn't reached by https.
    """
    parts = urlsplit(text.strip())
    values = parse_qs(parts.query)
    if parts.scheme != "fieldkit" or parts.netloc + parts.path not in ("enrol", "enrol/"):
        raise InvalidInput("sync.no_code")
    try:
        code = EnrolCode(url=values["u"][0].rstrip("/"), secret=values["s"][0], pin=values["k"][0].lower())
        server = urlsplit(code.url)
        _ = server.port
    except (KeyError, ValueError) as error:  # something is missing, or the port is no number
        raise InvalidInput("sync.no_code") from error
    if server.scheme != "https" or not server.hostname or server.path or not _PIN.fullmatch(code.pin):
        raise InvalidInput("sync.no_code")
    return code


class Enrolling:
    """An enrolment under way: one device is made, and the officer may try the password again.

    Nothing is written to the disk. The secret leaves only after the authority's key was found to be the code's.

    Args:
        code_text: the code as typed or scanned.
        clock: learns the server's time.
        device_name: what the backend's list shows; the machine's name by default.
        embedded: how to start the backend that lives on this machine, kept with the enrolment.
        timeouts: of the network.

    Raises:
        InvalidInput: not a code.
    """

    def __init__(
        self,
        code_text: str,
        clock: Clock,
        device_name: str = "",
        embedded: dict[str, str] | None = None,
        timeouts: Timeouts | None = None,
    ) -> None:
        self._code = parse_code(code_text)
        self._clock = clock
        self._name = device_name or socket.gethostname()
        self._embedded = embedded
        self._timeouts = timeouts or Timeouts()
        self._key = new_device_key()
        self._enrolment: Enrolment | None = None

    def finish(self, credentials: Credentials) -> Enrolled:
        """Make a device by the code if that is still to do, sign the officer in, and return what makes the kit.

        The first session spends the code; until then it can be used again, from another machine too.

        Raises:
            NotTheServer: the server's authority is not the one the code speaks of.
            ServerRejected: the code was used before or is over.
            WrongKey: the server does not take the officer's password; call again with another.
            NetworkUnavailable: nobody answers.
        """
        if self._enrolment is None:
            self._enrolment = self._enrol()
        device = Device(self._enrolment.device_id, self._key)
        client = SyncClient(Transport(self._code.url, self._enrolment.ca_pem, self._clock, device, self._timeouts))
        try:
            client.hello()
            return Enrolled(self._enrolment, client.session(credentials).officer)
        finally:
            client.transport.close()

    def _enrol(self) -> Enrolment:
        ca_pem = fetch_authority(self._code.url, self._code.pin, self._timeouts.connect_s)
        client = SyncClient(Transport(self._code.url, ca_pem, self._clock, None, self._timeouts))
        try:
            hello = client.hello()
            reply = client.enrol(EnrolRequest(self._code.secret, public_hex(self._key), self._name))
        finally:
            client.transport.close()
        if pin_of(reply.ca_pem) != pin_of(ca_pem):
            raise NotTheServer(why="证书指纹不符 (another key)")
        return Enrolment(
            server_url=self._code.url,
            ca_pem=ca_pem,
            spare_pin=reply.spare_pin,
            device_id=reply.device_id,
            device_key=private_hex(self._key),
            county=reply.county,
            county_name=reply.county_name,
            county_key=reply.county_key,
            epoch=hello.epoch,
            embedded=self._embedded,
        )
