"""What the REST face of the sandbox can do wrong, and for how many calls.

docs/reference/faults.md says what each is and how the tool lives through it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class RestFault(StrEnum):
    """One kind of fault; "after" says that the call was carried out before."""

    UNAUTHORISED = "rest-401"
    FORBIDDEN = "rest-403"
    TOO_MANY = "rest-429"
    ERROR = "rest-500"
    ERROR_AFTER = "rest-500-after"  # after
    UNAVAILABLE = "rest-503"
    CUT_BEFORE = "rest-cut-before"
    CUT = "rest-cut"  # after
    SLOW = "rest-slow"  # after
    HTML = "rest-html"  # after
    TRUNCATED = "rest-truncated"  # after
    CHARSET = "rest-charset"  # after
    HUGE = "rest-huge"  # after
    REDIRECT = "rest-redirect"
    OTHER_WORKER = "rest-other-worker"  # after
    BLOCKING_200 = "rest-200-blocking"  # after
    SILENT_400 = "rest-400-silent"
    TOKEN_REFUSED = "rest-token-refused"  # noqa: S105 - a name, no secret


_LASTING = frozenset({RestFault.FORBIDDEN, RestFault.TOKEN_REFUSED, RestFault.REDIRECT})
"""They spoil every call when nobody says how many: the others pass after one."""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """Spoil `times` calls of `method` (None: any) with `fault`, after `skip` that go well."""

    fault: RestFault
    times: int = 1
    method: str | None = None
    skip: int = 0


@dataclass(slots=True)
class RestFaultPlan:
    """Which calls go wrong; asked once for each call, from several threads."""

    planned: list[Spoiled] = field(default_factory=list)
    _seen: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, kinds: Iterable[str]) -> RestFaultPlan:
        """As the command line names them."""
        faults = [RestFault(kind) for kind in kinds]
        return cls([Spoiled(fault, 1_000_000 if fault in _LASTING else 1) for fault in faults])

    def plan(self, *spoiled: Spoiled) -> None:
        """From now on these, and nothing of what was planned before."""
        with self._lock:
            self.planned = list(spoiled)
            self._seen = {}

    def next(self, method: str) -> RestFault | None:
        """The fault of the call that comes now; POST is asking for a token."""
        with self._lock:
            for number, each in enumerate(self.planned):
                is_token = each.fault is RestFault.TOKEN_REFUSED
                if (each.method or method) != method or is_token != (method == "POST"):
                    continue
                seen = self._seen[number] = self._seen.get(number, 0) + 1
                if each.skip < seen <= each.skip + each.times:
                    return each.fault
            return None
