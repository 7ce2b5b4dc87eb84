"""[on]: a command or a web address that is told of what a command of ours did (decision 1907).

Told once a command and kind of event, after the work is done and recorded: a hook can neither
delay a send nor stop one. It gets one JSON document, on standard input or as the body of a POST:
the kind, how many, and the names of the batches; no national number.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fla_batch.configuration.sections import OnSection
    from fla_batch.ledger.records import EventRow

_WEB = ("https://", "http://")


def is_set(section: OnSection) -> bool:
    """True when anything is to be told to anybody."""
    return bool(_targets(section))


def _targets(section: OnSection) -> Mapping[str, str]:
    values = section.model_dump(exclude={"timeout_s"}, exclude_none=True)
    return {name.replace("_", " "): target for name, target in values.items()}


def tell_hooks(
    section: OnSection, news: Iterable[EventRow], complain: Callable[[str], None]
) -> None:
    """Tell each target of its kind of event, if there was any; `complain` hears what failed.

    Never what a target answered: it may be secret.
    """
    targets = _targets(section)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in news:
        if each.event.value in targets:
            counts[each.event.value][str(each.batch)] += 1
    for kind, batches in counts.items():
        document = {"event": kind, "count": batches.total(), "batches": list(batches)}
        tell = _post if targets[kind].startswith(_WEB) else _run
        if fault := tell(targets[kind], document, section.timeout_s):
            complain(f"[on] {kind.replace(' ', '_')} was not told: {fault}")


def _run(line: str, document: Mapping[str, Any], timeout_s: float) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, by the user's own settings
            shlex.split(line),
            input=json.dumps(document).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"the command took more than {timeout_s:g} s"
    except (OSError, ValueError) as error:
        return f"the command cannot be run: {getattr(error, 'strerror', None) or error}"
    return f"the command ended with {done.returncode}" if done.returncode else None


def _post(url: str, document: Mapping[str, Any], timeout_s: float) -> str | None:
    import httpx

    try:
        with httpx.Client(timeout=timeout_s, trust_env=False) as client:
            status = client.post(url, json=dict(document)).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"the address does not answer: {type(error).__name__}"
    return f"the address answered with status {status}" if status >= 300 else None
