"""Where the page listens, and how it is opened: loopback unless TLS or a socket is named."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.system.files import private_folder
from fla_batch.system.private_files import write_private_file
from fla_batch.vocabulary.errors import ConfigurationMistake, UsageMistake

if TYPE_CHECKING:
    from fla_batch.ui.access import Access, App

LOOPBACK = "127.0.0.1"
_UNIX = "unix:"
_BACKLOG = 128


@dataclass(frozen=True, slots=True)
class Listening:
    """An address and a port, or a Unix socket; `origin` is how browsers name it."""

    host: str = LOOPBACK
    port: int = 0
    unix: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    public_origin: str | None = None

    @classmethod
    def of(
        cls,
        listen: str | None,
        port: int,
        certificate: Path | None,
        key: Path | None,
        public_origin: str | None,
    ) -> Listening:
        """What was said on the command line. Raises UsageMistake for what would be open to all."""
        if (certificate is None) != (key is None):
            raise UsageMistake("a certificate and its key go together")
        if listen is None:
            return cls(LOOPBACK, port, None, certificate, key, public_origin)
        if public_origin is None:
            raise UsageMistake(
                "--listen needs --origin, the address that browsers use",
                hint="For example --origin https://fla.example.be, behind your reverse proxy.",
            )
        if not public_origin.startswith("https://"):
            raise UsageMistake("--origin begins with https://: passwords and data go that way")
        if listen.startswith(_UNIX):
            if not hasattr(socket, "AF_UNIX"):
                raise UsageMistake("--listen unix:PATH: this system has no such sockets")
            return cls(unix=Path(listen.removeprefix(_UNIX)), public_origin=public_origin)
        host, _, number = listen.rpartition(":")
        if not _is_address(host.strip("[]")) or not number.isdigit():
            raise UsageMistake("--listen is ADDRESS:PORT, or unix:PATH")
        if certificate is None:
            raise UsageMistake(
                "--listen beyond this machine needs TLS",
                hint="Give --tls-certificate and --tls-key, or --listen unix:PATH behind a proxy.",
            )
        return cls(host.strip("[]"), int(number), None, certificate, key, public_origin)

    @contextmanager
    def bound(self) -> Iterator[socket.socket]:
        """The socket. Raises ConfigurationMistake when it is taken or may not be bound."""
        try:
            bound = self._bound()
        except OSError as error:
            raise ConfigurationMistake(
                f"cannot listen on {self.unix or f'{self.host}:{self.port}'}: {error.strerror}",
                hint="Choose another port with --port; without it a free one is taken.",
            ) from error
        try:
            yield bound
        finally:
            bound.close()
            if self.unix is not None:
                self.unix.unlink(missing_ok=True)

    def _bound(self) -> socket.socket:
        here = socket.socket(self._family)
        try:
            if self.unix is not None:
                here.bind(str(self.unix))
                self.unix.chmod(0o660)
            else:
                here.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                here.bind((self.host, self.port))
            # A browser that is quicker than the server waits, instead of being turned away.
            here.listen(_BACKLOG)
        except OSError:
            here.close()
            raise
        return here

    @property
    def _family(self) -> socket.AddressFamily:
        if self.unix is not None:
            return socket.AF_UNIX
        is_v6 = ipaddress.ip_address(self.host).version == 6
        return socket.AF_INET6 if is_v6 else socket.AF_INET

    def origin(self, bound: socket.socket) -> str:
        """The address that a browser shows."""
        if self.public_origin is not None:
            return self.public_origin.rstrip("/")
        return f"{'https' if self.certificate else 'http'}://{self.host}:{bound.getsockname()[1]}"


def _is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def serve(app: App, listening: Listening, bound: socket.socket) -> None:
    """Answers until it is told to end."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        ssl_certfile=str(listening.certificate) if listening.certificate else None,
        ssl_keyfile=str(listening.key) if listening.key else None,
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[bound])


def link(origin: str, access: Access) -> str:
    """The address that opens the page, once."""
    return f"{origin}/start?token={access.start_token}"


def open_browser(address: str, folder: Path) -> None:
    """Opens it by a file of ours: an address in arguments of a process is there for all to read.

    Where there is no browser, the address that was printed is enough.
    """
    private_folder(folder)
    private_folder(folder / "page")
    page = folder / "page" / "open.html"
    target = escape(address, quote=True)
    refresh = f'<meta http-equiv="refresh" content="0;url={target}">'
    content = f"<!DOCTYPE html>{refresh}<title>fla-batch</title>"
    write_private_file(page, content.encode())
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(page.resolve().as_uri())
