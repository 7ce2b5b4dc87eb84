"""`status --prometheus`: counts for a scraper, in Prometheus' text format, without any person.

Source: Prometheus, "Exposition formats", text format 0.0.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from fla_batch.ledger.records import BatchRow

_OUTCOMES = ("accepted", "warned", "refused", "open", "cancelled")


def metrics(rows: Iterable[BatchRow], *, blocked: int, at: datetime) -> str:
    """Batches by state, forms by outcome, the age of what is open, and declarations held back."""
    batches: Counter[tuple[str, ...]] = Counter()
    forms: Counter[tuple[str, ...]] = Counter()
    oldest: dict[str, float] = {}
    for row in rows:
        environment = row.environment.value
        batches[environment, row.state.value] += 1
        for outcome in _OUTCOMES:
            forms[environment, outcome] += getattr(row, outcome)
        if row.open and row.sent_at is not None:
            age_s = (at - row.sent_at).total_seconds()
            oldest[environment] = max(age_s, oldest.get(environment, 0.0))
    ages: dict[tuple[str, ...], float] = {
        (environment,): age_s for environment, age_s in oldest.items()
    }
    gauges = (
        _gauge("batches", "Batches by state.", batches, "state"),
        _gauge("forms", "Forms by outcome.", forms, "outcome"),
        _gauge("oldest_open_seconds", "Since the oldest batch with an open form was sent.", ages),
        _gauge("blocked_declarations", "Declarations that a build held back.", {(): blocked}),
        _gauge(
            "written_timestamp_seconds", "When these numbers were written.", {(): at.timestamp()}
        ),
    )
    return "".join(f"{line}\n" for gauge in gauges for line in gauge)


def _gauge(
    name: str, meaning: str, values: Mapping[tuple[str, ...], float], label: str = ""
) -> Iterator[str]:
    """Values by environment and the label, if they have any."""
    yield f"# HELP fla_batch_{name} {meaning}"
    yield f"# TYPE fla_batch_{name} gauge"
    for key, value in sorted(values.items()):
        labels = ",".join(f'{n}="{of}"' for n, of in zip(("environment", label), key, strict=False))
        yield f"fla_batch_{name}{f'{{{labels}}}' if labels else ''} {value:.0f}"
