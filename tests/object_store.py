"""An S3 server on loopback, thrown away after the tests: the outbox's second kind of store."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any
from unittest.mock import patch

from fla_batch.outbox.object_store import ObjectStore

_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/s3/aws4_request, "
    "SignedHeaders=host, Signature=0"
)


@dataclass
class S3Server:
    """A running server that takes every credential."""

    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def environ(self) -> dict[str, str]:
        """What the environment of a process says of it."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test-secret",
            "AWS_REGION": "us-east-1",
        }

    def new_store(self) -> str:
        """The URL of an empty store in a bucket of its own."""
        bucket = f"outbox-{next(self._numbers)}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{bucket}",
            method="PUT",
            headers={"Authorization": _SIGNED},
        )
        with urllib.request.urlopen(request):
            return f"s3://{bucket}/fla"

    def copy_of(self, url: str) -> str:
        """The URL of a store that holds the same."""
        new = self.new_store()
        source, target = (ObjectStore.at(each, self.environ) for each in (url, new))
        for key in source.sizes(""):
            target.put_new(key, source.read(key) or b"")
        return new


@contextmanager
def running_s3(*, forgets: str = "") -> Iterator[S3Server]:
    """The server in a process of its own; the environment says where it is meanwhile.

    It `forgets` the header of that name, as some older servers do not know it.
    """
    command = [sys.executable, "-m", "tests.object_store", forgets]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as running:
        try:
            assert running.stdout is not None
            server = S3Server(int(running.stdout.readline()))
            with patch.dict(os.environ, server.environ):
                yield server
        finally:
            running.terminate()


def main(forgets: str) -> None:
    """Serve until standard input ends; the port is told on standard output."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    application = DomainDispatcherApplication(create_backend_app)
    header = f"HTTP_{forgets.upper().replace('-', '_')}"

    def forgetful(environ: dict[str, Any], start_response: Any) -> Any:
        environ.pop(header, None)
        return application(environ, start_response)

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, forgetful, threaded=True)
    print(server.port, flush=True)  # noqa: T201
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
