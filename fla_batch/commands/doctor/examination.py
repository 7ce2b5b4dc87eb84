"""All checks in their order, and how they are carried out.

A check that needs what another one found broken is skipped and says so; a check that crashes is an
error of its own name, never "ok" (R24).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fla_batch.commands.doctor.answer_checks import overdue, trust_in_answers
from fla_batch.commands.doctor.diagnosis import Diagnosis, Health, Look, Surroundings
from fla_batch.commands.doctor.input_checks import columns, employer_zones, profile
from fla_batch.commands.doctor.key_checks import (
    certificate,
    certificate_chain,
    login_key,
    rest_key,
    signing_key,
    trial_signature,
)
from fla_batch.commands.doctor.machine_checks import clock, libraries, time_zone
from fla_batch.commands.doctor.outbox_checks import (
    batches,
    disk,
    ledger,
    outbox,
    outbox_rights,
    quarantine,
    store,
    workers,
)
from fla_batch.commands.doctor.server_checks import gateway, known_host, legacy, rest, server
from fla_batch.commands.doctor.settings_checks import closing_date, sender, settings
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.identifiers import mask_text


class Examined(NamedTuple):
    """A check of the list: `after` are those without which it cannot be carried out."""

    name: str
    look: Look
    after: tuple[str, ...] = ("settings",)
    online: bool = False


CHECKS = (
    Examined("settings", settings, after=()),
    Examined("libraries", libraries, after=()),
    Examined("time-zone", time_zone, after=()),
    Examined("sender", sender),
    Examined("closing-date", closing_date),
    Examined("profile", profile),
    Examined("employer-zones", employer_zones, after=("settings", "profile")),
    Examined("columns", columns),
    Examined("signing-key", signing_key),
    Examined("certificate", certificate, after=("settings", "signing-key")),
    Examined("certificate-chain", certificate_chain, after=("settings", "signing-key")),
    Examined("signature", trial_signature, after=("settings", "signing-key", "certificate")),
    Examined("answer-roots", trust_in_answers),
    Examined("outbox", outbox),
    Examined("outbox-rights", outbox_rights, after=("settings", "outbox")),
    Examined("disk", disk, after=("settings", "outbox")),
    Examined("clock", clock, after=("settings", "outbox")),
    Examined("store", store, after=("settings", "outbox")),
    Examined("ledger", ledger, after=("settings", "outbox", "store")),
    Examined("batches", batches, after=("settings", "outbox", "ledger")),
    Examined("overdue", overdue, after=("settings", "outbox", "ledger")),
    Examined("quarantine", quarantine, after=("settings", "outbox", "store")),
    Examined("gateway", gateway),
    Examined("login-key", login_key, after=("settings", "gateway")),
    Examined("host-key", known_host, after=("settings", "gateway")),
    Examined("legacy-ssh-rsa", legacy),
    Examined("server", server, after=("gateway", "login-key", "host-key"), online=True),
    Examined("rest-key", rest_key),
    Examined("workers", workers, after=("settings", "outbox"), online=True),
    Examined("rest", rest, after=("settings", "rest-key"), online=True),
)


def examine(around: Surroundings) -> Iterator[Diagnosis]:
    """Every diagnosis, one after the other, as it is made."""
    broken: set[str] = set()
    for check in CHECKS:
        missing = [name for name in check.after if name in broken]
        if missing:
            broken.add(check.name)
            yield around.skipped(check.name, "skipped-after", other=missing[0])
        elif check.online and around.offline:
            yield around.skipped(check.name, "skipped-offline")
        else:
            for diagnosis in _carried_out(check, around):
                if diagnosis.state is Health.ERROR:
                    broken.update((check.name, diagnosis.name))
                yield diagnosis


def _carried_out(check: Examined, around: Surroundings) -> Iterator[Diagnosis]:
    try:
        yield from check.look(around)
    except FlaBatchError as error:
        yield Diagnosis(check.name, Health.ERROR, *map(mask_text, error.told(around.language)))
    except Exception as error:  # a check must never end the examination
        said = mask_text(f"{type(error).__name__}: {error}")
        yield around.error(check.name, "crashed", said=said)
