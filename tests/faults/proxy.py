"""A TCP proxy that hurts the line between kit and backend: cut, stall, reset, a captive portal, a storm of 502.

It knows nothing of TLS or HTTP but for the two faults that answer in the backend's stead (those end the TLS themselves
with a certificate of their own, or speak plain HTTP). Faults are set by a test and hold until the next.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["none", "refuse", "cut_up", "cut_down", "stall_down", "reset_down", "answer", "trickle_down"]


@dataclass
class Fault:
    """What happens to connections.

    `refuse`: closed at once. `cut_up`: after `after` bytes from the kit both sides are closed; `cut_down`: after
    `after` bytes from the backend; `reset_down`: the same with RST. `stall_down`: after `after` bytes nothing more
    comes down. `trickle_down`: a byte at a time. `answer`: `text` is sent to whoever calls, through `tls` if given.
    `times` connections are hurt (None = all); bytes are counted for each connection.
    """

    kind: Kind = "none"
    after: int = 0
    times: int | None = None
    text: bytes = b""
    tls: ssl.SSLContext | None = None
    hurt: int = 0


@dataclass
class _Pair:
    down: socket.socket
    up: socket.socket
    passed_up: int = 0
    passed_down: int = 0
    reset: bool = False
    done: threading.Event = field(default_factory=threading.Event)


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes bytes to `target`; a context manager."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.fault = Fault()
        self.connections = 0
        self.bytes_up = 0
        self.heard: Callable[[bytes], None] = lambda _data: None
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closed = threading.Event()
        self._accepting = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._accepting.start()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection and the listener, and join the threads."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            _shut(sock)
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    def hurt(self, fault: Fault) -> None:
        """Set the fault and drop the connections that are open, so that it meets the next request."""
        self.fault = fault
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            _shut(sock)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                down, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(down,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, down: socket.socket) -> None:
        with self._held(down):
            if self._strikes("refuse"):
                return
            if self._strikes("answer"):
                self._answer(down, self.fault)
                return
            try:
                up = socket.create_connection(self._target, timeout=10)
            except OSError:
                return
            up.settimeout(None)
            with self._held(up):
                pair = _Pair(down, up)
                back = threading.Thread(target=self._down, args=(pair,), daemon=True)
                back.start()
                self._up(pair)
                pair.done.set()
                _shut(up)
                if not pair.reset:
                    _shut(down)
                back.join(10)

    def _up(self, pair: _Pair) -> None:
        for data in _received(pair.down):
            self.heard(data)
            with self._lock:
                self.bytes_up += len(data)
            pair.passed_up += len(data)
            fault = self.fault
            if fault.kind == "cut_up" and pair.passed_up > fault.after and self._strikes("cut_up"):
                keep = len(data) - (pair.passed_up - fault.after)
                with contextlib.suppress(OSError):
                    pair.up.sendall(data[: max(keep, 0)])
                return
            try:
                pair.up.sendall(data)
            except OSError:
                return

    def _down(self, pair: _Pair) -> None:
        for data in _received(pair.up):
            pair.passed_down += len(data)
            fault = self.fault
            over = pair.passed_down > fault.after
            if over and fault.kind in ("cut_down", "reset_down") and self._strikes(fault.kind):
                if fault.kind == "reset_down":
                    # Closing after this sends RST; the reading thread has to let go of the socket first.
                    pair.down.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    pair.reset = True
                    with contextlib.suppress(OSError):
                        pair.down.shutdown(socket.SHUT_RD)
                break
            if over and fault.kind == "stall_down" and self._strikes("stall_down"):
                while not pair.done.wait(0.05) and not self._closed.is_set() and self.fault is fault:
                    pass
                break
            try:
                if fault.kind == "trickle_down":
                    for at in range(len(data)):
                        pair.down.sendall(data[at : at + 1])
                else:
                    pair.down.sendall(data)
            except OSError:
                break
        if not pair.reset:
            _shut(pair.down)
        _shut(pair.up)

    def _answer(self, down: socket.socket, fault: Fault) -> None:
        """Speak in the backend's stead: read a request's head, send `text`, close."""
        try:
            talk = fault.tls.wrap_socket(down, server_side=True) if fault.tls else down
        except (OSError, ssl.SSLError):
            return
        try:
            talk.settimeout(5)
            head = b""
            while b"\r\n\r\n" not in head:
                data = talk.recv(65536)
                if not data:
                    break
                head += data
                if not head[:1].isalpha():  # a TLS hello: a portal on plain HTTP answers it as it is
                    break
            talk.sendall(fault.text)
        except OSError:
            pass
        finally:
            _shut(talk)
            talk.close()

    def _strikes(self, kind: Kind) -> bool:
        with self._lock:
            fault = self.fault
            if fault.kind != kind or (fault.times is not None and fault.hurt >= fault.times):
                return False
            fault.hurt += 1
            return True

    @contextlib.contextmanager
    def _held(self, sock: socket.socket):  # type: ignore[no-untyped-def]  # a generator of the one kind
        with self._lock:
            self._sockets.add(sock)
        try:
            yield sock
        finally:
            with self._lock:
                self._sockets.discard(sock)
            sock.close()


def _received(sock: socket.socket):  # type: ignore[no-untyped-def]  # a generator of bytes
    while True:
        try:
            data = sock.recv(16384)
        except OSError:
            return
        if not data:
            return
        yield data


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
