"""Asks the backend whether it takes an officer's number and password, before the kit relies on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldkit.crypto.device import load_private
from fieldkit.errors import NetworkUnavailable, NotEnrolled, NotTheServer, WrongKey
from sync.client import Credentials, SyncClient
from sync.transport import Device, Timeouts, Transport

if TYPE_CHECKING:
    from fieldkit.clock import Clock
    from fieldkit.replica import Replica

PATIENCE = Timeouts(connect_s=5.0, stall_s=10.0)


def taken_by_the_backend(replica: Replica, clock: Clock, number: str, password: str) -> bool:
    """Return True if the backend signs this officer in, False if it can't be asked now. On a worker thread.

    Raises:
        WrongKey: the backend does not know this number and password.
        ServerRejected: the backend refuses this officer or this device.
        NotEnrolled: the kit belongs to no county.
    """
    enrolment = replica.enrolment.get()
    if enrolment is None:
        raise NotEnrolled(home="")
    device = Device(enrolment.device_id, load_private(enrolment.device_key))
    transport = Transport(enrolment.server_url, enrolment.ca_pem, clock, device, PATIENCE)
    try:
        client = SyncClient(transport)
        client.hello()
        client.session(Credentials(number, password))
    except (NetworkUnavailable, NotTheServer):
        return False
    except WrongKey as error:
        raise WrongKey("sync.officer_unknown") from error
    finally:
        transport.close()
    return True
