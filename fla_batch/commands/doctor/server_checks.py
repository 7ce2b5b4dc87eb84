"""The server: named, pinned, reached, logged in to, and its folders there."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.commands.doctor.diagnosis import Diagnosis, Health, Surroundings
from fla_batch.vocabulary.errors import (
    FlaBatchError,
    HostKeyMismatch,
    KeyOrCertificateMistake,
    LoginRefused,
)
from fla_batch.vocabulary.identifiers import mask_text


def gateway(around: Surroundings) -> Iterator[Diagnosis]:
    """[gateway] says where, who, and by which pinned key (S1)."""
    if around.settings.uses_rest:
        yield around.skipped("gateway", "gateway-unused")
        return
    section = around.settings.gateway
    missing = [name for name in ("host", "user", "key_file") if getattr(section, name) is None]
    if missing:
        yield around.error("gateway", "gateway-missing", names=", ".join(missing))
        return
    address = section.settings().address
    yield around.ok("gateway", "gateway-set", address=address, user=section.user)


def known_host(around: Surroundings) -> Iterator[Diagnosis]:
    """The host key is pinned; a known_hosts file has a line for just this host and port."""
    from fla_batch.channel.hostkeys import known_keys

    section = around.settings.gateway
    if around.settings.uses_rest:
        yield around.skipped("host-key", "gateway-unused")
    elif section.host_key is not None:
        yield around.ok("host-key", "host-key-pinned", fingerprint=section.host_key)
    else:
        settings = section.settings()
        keys = known_keys(settings)
        parts = {"address": settings.address, "file": settings.known_hosts}
        if not keys:
            yield around.error("host-key", "host-key-unknown", **parts)
        elif all(key.revoked for key in keys):
            yield around.error("host-key", "host-key-revoked", **parts)
        else:
            yield around.ok("host-key", "host-key-known", count=len(keys), **parts)


def legacy(around: Surroundings) -> Iterator[Diagnosis]:
    """Logging in with SHA-1 is allowed: said at each run (S2), and what it needs."""
    from fla_batch.channel.ssh_library import can_sign_with_sha1, version

    if not around.settings.gateway.legacy_ssh_rsa or around.settings.uses_rest:
        yield around.ok("legacy-ssh-rsa", "legacy-off")
    elif can_sign_with_sha1():
        host = around.settings.gateway.host
        yield around.warning("legacy-ssh-rsa", "legacy-on", host=host)
    else:
        yield around.error("legacy-ssh-rsa", "legacy-impossible", version=version())


def server(around: Surroundings) -> Iterator[Diagnosis]:
    """Reach it, compare its key, log in, look into both folders; nothing is written there."""
    if around.settings.uses_rest:
        yield around.skipped("server", "gateway-unused")
        return
    settings = around.settings.gateway.settings()
    address = settings.address
    try:
        opened = around.connect(settings)
    except FlaBatchError as error:
        yield from _not_opened(around, error, address)
        return
    with opened as session:
        yield around.ok("server", "server-reached", address=address)
        yield around.ok("login", "login-done", user=settings.user)
        environment = around.settings.environment
        for folder in (environment.folder_in, environment.folder_out):
            try:
                count = len(session.list_folder(folder))
            except FlaBatchError as error:
                said = mask_text(error.told(around.language).sentence)
                yield around.error("server-folders", "folder-refused", folder=folder, said=said)
            else:
                yield around.ok("server-folders", "folder-there", folder=folder, count=count)


def _not_opened(around: Surroundings, error: FlaBatchError, address: str) -> Iterator[Diagnosis]:
    """Each way to fail under the name of what failed; what comes after it was not looked at."""
    said, hint = map(mask_text, error.told(around.language))
    failed = "host-key" if isinstance(error, HostKeyMismatch) else "server"
    if isinstance(error, LoginRefused | KeyOrCertificateMistake):
        failed = "login"
    if failed != "server":
        yield around.ok("server", "server-reached", address=address)
    yield Diagnosis(failed, Health.ERROR, said, hint)
    yield around.skipped("server-folders", "skipped-after", other="server")


def rest(around: Surroundings) -> Iterator[Diagnosis]:
    """A token is asked for, which needs address, trust, key, client id and clock to be right."""
    from fla_batch.channel.rest_client import RestClient
    from fla_batch.channel.rest_token import client_key

    if not around.settings.uses_rest:
        yield around.skipped("rest", "rest-unused")
        return
    section = around.settings.rest
    with RestClient(section, client_key(section)) as client:
        client.log_in()
    yield around.ok("rest", "rest-token", url=section.token_url)
