"""The machine: its clock, its time zones, and the libraries on which safety rests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings
from fla_batch.commands.doctor.outbox_checks import open_ledger_of, written_at
from fla_batch.system.files import existing
from fla_batch.vocabulary.errors import LedgerTrouble

_ZONE = "Europe/Brussels"
_NO_EARLIER = datetime(2025, 1, 1, tzinfo=UTC)
MOST_APART = timedelta(minutes=2)
_SAFE_LXML = (6, 1, 3)


def libraries(around: Surroundings) -> Iterator[Diagnosis]:
    """Which are installed, and what follows (S6: lxml; 3-channel: paramiko)."""
    from lxml import etree

    from fla_batch.channel.ssh_library import can_sign_with_sha1, version

    if etree.LXML_VERSION < _SAFE_LXML:
        found = ".".join(map(str, etree.LXML_VERSION[:3]))
        yield around.error("libraries", "lxml-old", version=found)
    key = "paramiko-signs-sha1" if can_sign_with_sha1() else "paramiko-no-sha1"
    yield around.ok("libraries", key, version=version())


def time_zone(around: Surroundings) -> Iterator[Diagnosis]:
    """Belgian time can be told, in summer and in winter."""
    try:
        zone = ZoneInfo(_ZONE)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        yield around.error("time-zone", "zone-missing", zone=_ZONE)
        return
    told = {datetime(2026, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)}
    if told == {timedelta(hours=1), timedelta(hours=2)}:
        yield around.ok("time-zone", "zone-there", zone=_ZONE)
    else:
        yield around.error("time-zone", "zone-wrong", zone=_ZONE)


def clock(around: Surroundings) -> Iterator[Diagnosis]:
    """The clock is that of the disk, and not behind what the ledger has seen."""
    now = around.clock()
    if now < _NO_EARLIER:
        yield around.error("clock", "clock-past", now=f"{now:%Y-%m-%d %H:%M}")
        return
    where = existing(around.settings.workspace.outbox)
    written = written_at(where)
    last = _last_seen(around)
    if written is not None and abs(written - now) > MOST_APART:
        minutes = round((now - written).total_seconds() / 60)
        yield around.error("clock", "clock-not-the-disks", minutes=minutes, path=where)
    elif last is not None and now < last - MOST_APART:
        yield around.error("clock", "clock-behind", last=f"{last:%Y-%m-%d %H:%M}")
    else:
        yield around.ok("clock", "clock-right", now=f"{now:%Y-%m-%d %H:%M}")


def _last_seen(around: Surroundings) -> datetime | None:
    """When the newest batch was built, sent or closed; None without a ledger that can be read."""
    try:
        with open_ledger_of(around) as found:
            rows = found.batches() if found is not None else []
    except LedgerTrouble:  # the ledger's own check says it
        return None
    times = [at for row in rows for at in (row.built_at, row.sent_at, row.closed_at, row.since)]
    return max(filter(None, times), default=None)
