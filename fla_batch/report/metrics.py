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
    batches: Counter[tuple[str, str]] = Counter()
    forms: Counter[tuple[str, str]] = Counter()
    oldest: dict[str, float] = {}
    for row in rows:
        environment = row.environment.value
        batches[environment, row.state.value] += 1
        for outcome in _OUTCOMES:
            forms[environment, outcome] += getattr(row, outcome)
        if row.open and row.sent_at is not None:
            age_s = (at - row.sent_at).total_seconds()
            oldest[environment] = max(age_s, oldest.get(environment, 0.0))
    lines = [
        *_gauge("fla_batch_batches", "Batches by state.", "state", batches),
        *_gauge("fla_batch_forms", "Forms by outcome.", "outcome", forms),
        "# HELP fla_batch_oldest_open_seconds Since the oldest batch with an open form was sent.",
        "# TYPE fla_batch_oldest_open_seconds gauge",
        *(
            f'fla_batch_oldest_open_seconds{{environment="{name}"}} {age_s:.0f}'
            for name, age_s in sorted(oldest.items())
        ),
        "# HELP fla_batch_blocked_declarations Declarations that a build held back.",
        "# TYPE fla_batch_blocked_declarations gauge",
        f"fla_batch_blocked_declarations {blocked}",
        "# HELP fla_batch_written_timestamp_seconds When these numbers were written.",
        "# TYPE fla_batch_written_timestamp_seconds gauge",
        f"fla_batch_written_timestamp_seconds {at.timestamp():.0f}",
    ]
    return "\n".join(lines) + "\n"


def _gauge(
    name: str, meaning: str, label: str, counts: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for (environment, value), count in sorted(counts.items()):
        yield f'{name}{{environment="{environment}",{label}="{value}"}} {count}'
