"""Owns Socket.IO 0.9 over a WebSocket: the handshake, the packets, and one connection. It knows nothing of ftrack.

A packet is the text ``code:id:path:data``, of which the end may be missing (protocol section 7.2).
"""

from __future__ import annotations

import contextlib
import enum
import os
import socket
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

import attrs

from ..redaction import keep_handshakes_out_of_logs

if TYPE_CHECKING:
    import websocket

_TEXT: Final = 1
_CLOSE: Final = 8
_CONTROLS: Final = (9, 10)
"""Ping and pong."""

_PIECE: Final = 65_536
"""Bytes that are asked of a socket at once."""

_CERTIFICATES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Code(enum.IntEnum):
    """What a packet is."""

    DISCONNECT = 0
    CONNECT = 1
    HEARTBEAT = 2
    MESSAGE = 3
    JSON = 4
    EVENT = 5
    ACKNOWLEDGEMENT = 6
    ERROR = 7
    NOTHING = 8


class SocketError(ConnectionError):
    """A connection cannot be made, or is lost."""


class PacketError(ValueError):
    """A frame holds no packet, or none that makes sense."""


class Packet(NamedTuple):
    """One packet; ``data`` is text whose meaning the code gives."""

    code: Code
    identifier: str = ""
    path: str = ""
    data: str = ""


class Handshake(NamedTuple):
    """What a server grants a client; timeouts are in seconds, None where the server names none."""

    session: str
    heartbeat_timeout: float | None
    close_timeout: float | None
    transports: tuple[str, ...]

    @property
    def silence(self) -> float | None:
        """Seconds after which a server that said nothing is taken for lost."""
        return max(filter(None, (self.heartbeat_timeout, self.close_timeout)), default=None)


def decode(frame: bytes) -> Packet:
    """Return the packet that *frame* holds; raise PacketError where it holds none."""
    try:
        code, _, rest = frame.decode("utf-8").partition(":")
    except UnicodeDecodeError as error:
        raise PacketError("the frame is no UTF-8") from error
    if len(code) != 1 or code not in "012345678":
        raise PacketError(f"unknown code {code[:20]!r}")
    return Packet(Code(int(code)), *rest.split(":", 2)) if rest else Packet(Code(int(code)))


def encode(code: Code, identifier: str = "", data: bytes = b"") -> bytes:
    """Return the frame of a packet without a path."""
    return f"{code.value}:{identifier}::".encode() + data


def acknowledged(data: str) -> tuple[int, str]:
    """Return which packet an acknowledgement is for, and its arguments as JSON, which may be missing.

    Raise PacketError where it names no packet.
    """
    number, _, arguments = data.partition("+")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise PacketError(f"an acknowledgement of {number[:20]!r}")
    return int(number), arguments


def parse_handshake(text: str) -> Handshake:
    """Return what the answer *text* grants: ``id:heartbeat timeout:close timeout:transport,...``."""
    fields = text.strip().split(":")
    if len(fields) != 4 or not fields[0]:
        raise SocketError("the answer to the handshake is none")
    session, heartbeat, close, transports = fields
    try:
        timeouts = [float(field) if field else None for field in (heartbeat, close)]
    except ValueError:
        raise SocketError("the answer to the handshake is none") from None
    return Handshake(session, timeouts[0], timeouts[1], tuple(transports.split(",")))


@attrs.frozen(kw_only=True, repr=False)
class Endpoint:
    """Where and how to connect; *credentials* are headers of the handshake alone, *timeout* is in seconds."""

    url: str = attrs.field(kw_only=False)
    credentials: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    timeout: float | None
    silence: float | None = None
    """Seconds after which a server that says nothing is taken for lost; None for what the server grants."""

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"

    def open(self) -> Connection:
        """Return a new connection; raise SocketError where there is none to be had."""
        granted = self._shake_hands()
        if "websocket" not in granted.transports:
            raise SocketError("the server offers no websocket transport")
        return Connection(self._connect(granted), self.silence or granted.silence or self.timeout)

    def _shake_hands(self) -> Handshake:
        import requests

        try:
            response = requests.get(
                f"{self.url}/socket.io/1/",
                headers={**self.headers, **self.credentials},
                cookies=dict(self.cookies),
                timeout=self.timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            # The text of the error may hold the whole request.
            raise SocketError(f"no answer to the handshake ({type(error).__name__})") from None
        if response.status_code != 200:
            raise SocketError(f"the handshake was answered with status {response.status_code}")
        return parse_handshake(response.text)

    def _connect(self, granted: Handshake) -> websocket.WebSocket:
        import websocket

        keep_handshakes_out_of_logs()
        address = urlsplit(self.url)
        scheme = "wss" if address.scheme == "https" else "ws"
        try:
            made: websocket.WebSocket = websocket.create_connection(
                f"{scheme}://{address.netloc}/socket.io/1/websocket/{quote(granted.session, safe='')}",
                timeout=self.timeout,
                header=[f"{name}: {value}" for name, value in self.headers.items()],
                cookie="; ".join(f"{name}={value}" for name, value in self.cookies.items()) or None,
                sslopt=_certificates(),
                sockopt=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
                enable_multithread=True,
                skip_utf8_validation=True,  # `decode` tells which frame is wrong, and the connection lives on
            )
        except (OSError, websocket.WebSocketException, ValueError) as error:
            raise SocketError(f"no websocket ({type(error).__name__})") from None
        return made


def _certificates() -> dict[str, Any]:
    """Return which certificates to trust: those that requests trusts."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    named = next(filter(None, map(os.environ.get, _CERTIFICATES)), None) or DEFAULT_CA_BUNDLE_PATH
    return {"ca_cert_path" if os.path.isdir(named) else "ca_certs": named}


class Connection:
    """One connection. One thread may receive while others send."""

    def __init__(self, websocket: websocket.WebSocket, silence: float | None) -> None:
        """Talk over *websocket*; *silence* is in seconds, None for no limit."""
        self._websocket = websocket
        self.silence: Final = silence
        self._deadline: float | None = None
        websocket.settimeout(silence)
        # What frames are made of is read in large pieces, in place of two or three small ones for each frame.
        self._read_socket = websocket.frame_buffer.recv
        websocket.frame_buffer.recv = self._read
        self._buffer, self._position = b"", 0

    def receive(self) -> bytes:
        """Wait for the next frame; raise SocketError where the connection is lost, or silent for too long.

        Pings count for nothing: what answers them may be a proxy, or a server that handles nothing any more. Nor does
        a frame of which a part comes now and then.
        """
        self._deadline = None if self.silence is None else time.monotonic() + self.silence
        kind, data = self._receive()
        while kind in _CONTROLS:
            kind, data = self._receive()
        if kind == _CLOSE:
            raise SocketError(_farewell(data))
        return data

    def _receive(self) -> tuple[int, bytes]:
        from websocket import WebSocketException, WebSocketTimeoutException

        try:
            kind, data = self._websocket.recv_data(control_frame=True)
        except WebSocketTimeoutException:
            raise self._silent() from None
        except SocketError:
            raise
        except (OSError, WebSocketException, ValueError, AttributeError) as error:
            raise _broken(error) from error
        return int(kind), data if isinstance(data, bytes) else b""

    def _silent(self) -> SocketError:
        return SocketError(f"the server was silent for {self.silence} seconds")

    def _read(self, size: int) -> bytes:
        """Return up to *size* bytes, of what was read before or else of what the socket has by the deadline.

        Raise SocketError after the deadline.
        """
        if self._position == len(self._buffer):
            if self._deadline is not None:
                remaining = self._deadline - time.monotonic()
                if remaining <= 0:  # bytes that still trickle in may come sooner than any timeout
                    raise self._silent()
                self._websocket.settimeout(remaining)
            self._buffer, self._position = self._read_socket(_PIECE), 0
        piece = self._buffer[self._position : self._position + size]
        self._position += len(piece)
        return piece

    def send(self, frame: bytes) -> None:
        """Send *frame*; raise SocketError where the connection is lost."""
        from websocket import WebSocketException

        try:
            self._websocket.send(frame, opcode=_TEXT)
        except (OSError, WebSocketException, ValueError, AttributeError) as error:
            raise _broken(error) from error

    def say_goodbye(self, timeout: float) -> None:
        """Tell the server that the connection ends; take no longer than *timeout*, in seconds, and raise nothing."""
        with contextlib.suppress(Exception):
            self._websocket.settimeout(timeout)
            self._websocket.send_close()

    def abort(self) -> None:
        """End the connection at once; who receives from it, or is held up while sending, is told."""
        connection = self._websocket.sock  # whose own abort does nothing once it has said goodbye
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection, which nobody uses any more."""
        with contextlib.suppress(Exception):
            self._websocket.shutdown()  # type: ignore[no-untyped-call]


def _farewell(data: bytes) -> str:
    """Return what a server says with the *data* of a close frame: a number, and a text that may be missing."""
    number = int.from_bytes(data[:2], "big")
    text = data[2:].decode("utf-8", "replace")
    return f"the server closed the connection ({': '.join(filter(None, (str(number or ''), text))) or 'no reason'})"


def _broken(error: Exception) -> SocketError:
    return SocketError(f"the connection broke ({str(error) or type(error).__name__})")
