"""One IPP question and its answer over HTTP, with short time-outs and a bound on what is believed."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ProtocolError

from devices.printing.ipp_codec import MalformedMessage, Message, decode, encode
from fieldkit.errors import DeviceUnavailable, InvalidInput

MAX_ANSWER_BYTES = 4 << 20
"""A printer's whole attribute list is some 100 KB; more than this is not an answer."""

UPLOAD_BYTES_PER_S = 200_000
"""The slowest line to a printer that a document's time-out allows for."""


class IppLine:
    """Carries messages to one printer; every call is a connection of its own, so a printer may restart between two.

    Args:
        uri: `ipp://host[:port]/path`, `ipps://`, `http://` or `https://`.
        timeout_s: seconds to connect, and seconds of silence that end a call.

    Raises:
        InvalidInput: not such an address.
    """

    def __init__(self, uri: str, timeout_s: float) -> None:
        try:
            parts = urlsplit(uri)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise InvalidInput("printer.bad_address", address=uri) from error
        if parts.scheme not in ("ipp", "ipps", "http", "https") or not host:
            raise InvalidInput("printer.bad_address", address=uri)
        secure = parts.scheme in ("ipps", "https")
        bracketed = f"[{host}]" if ":" in host else host
        default = {"ipp": 631, "ipps": 631, "http": 80, "https": 443}[parts.scheme]
        path = parts.path or "/ipp/print"
        self.uri = f"{'ipps' if secure else 'ipp'}://{bracketed}:{port or default}{path}"
        self.address = f"{bracketed}:{port or default}"
        self._url = f"{'https' if secure else 'http'}://{bracketed}:{port or default}{path}"
        self._timeout_s = timeout_s

    def ask(self, question: Message) -> Message:
        """Send a message and return the answer.

        Raises:
            DeviceUnavailable: nobody there (printer.off), silence (printer.silent) or a hang-up (printer.broke_off)
                after the question went out, or an answer that is not IPP.
        """
        stall_s = self._timeout_s + len(question.data) / UPLOAD_BYTES_PER_S
        try:
            status, body = self._exchange(encode(question), stall_s)
        except requests.exceptions.SSLError as error:
            raise DeviceUnavailable("printer.untrusted", address=self.address) from error
        except requests.exceptions.ReadTimeout as error:
            raise DeviceUnavailable("printer.silent", address=self.address) from error
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError) as error:
            cut = any(isinstance(cause, ProtocolError) for cause in error.args)
            raise DeviceUnavailable("printer.broke_off" if cut else "printer.off", address=self.address) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise DeviceUnavailable("printer.off", address=self.address) from error
        if status == 503:
            raise DeviceUnavailable("printer.busy")
        if status != 200:
            raise self._no_printer(f"HTTP {status}")
        try:
            answer = decode(body)
        except MalformedMessage as error:
            raise self._no_printer(str(error)) from error
        if answer.version[0] not in (1, 2):
            raise self._no_printer("IPP version {}.{}".format(*answer.version))
        if answer.request_id != question.request_id:
            raise self._no_printer("an answer to another question")
        return answer

    def _exchange(self, body: bytes, stall_s: float) -> tuple[int, bytes]:
        """Return the HTTP status and the answer's bytes.

        The frame ends before anything is judged: urllib3 closes a connection only once nobody holds its response,
        and an error raised in here would hold it.
        """
        deadline = time.monotonic() + 4 * stall_s
        with (
            requests.Session() as session,
            _without_environment(session).post(
                self._url,
                data=body,
                headers={"Content-Type": "application/ipp", "Accept-Encoding": "identity", "Connection": "close"},
                timeout=(self._timeout_s, stall_s),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            answer = bytearray()
            for piece in response.iter_content(65536):
                answer += piece
                if len(answer) > MAX_ANSWER_BYTES:
                    raise self._no_printer("more than 4 MiB")
                if time.monotonic() > deadline:
                    raise DeviceUnavailable("printer.silent", address=self.address)
            return response.status_code, bytes(answer)

    def _no_printer(self, why: str) -> DeviceUnavailable:
        return DeviceUnavailable("printer.not_a_printer", address=self.address, why=why)


def _without_environment(session: requests.Session) -> requests.Session:
    """Return the session deaf to proxies and certificate settings of the environment."""
    session.trust_env = False
    return session
