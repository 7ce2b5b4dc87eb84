"""What may go wrong on the channel, as data: given to the sandbox's server, never patched in.

Counts are per connection. A fault that breaks a connection does so after the operation was
carried out and before its answer leaves, which is the moment that a client can know least of.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class HangPoint(StrEnum):
    """Where the server falls silent while the connection stays open."""

    BANNER = "banner"  # accepts TCP and says nothing
    KEY_EXCHANGE = "key exchange"  # greets, then says nothing
    LOGIN = "login"  # reads the login and never answers it
    OPERATION = "operation"  # stops reading and answering once logged in


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of a server; the default has none.

    `drop_after_bytes` counts bytes written by the client, `drop_after_operations` requests
    (each write request is one). `hang_after_operations` goes with `HangPoint.OPERATION`.
    `connections`: only so many connections are faulty, those after them are sound.
    """

    refuse_login: bool = False
    drop_after_bytes: int | None = None
    drop_after_operations: int | None = None
    hang_at: HangPoint | None = None
    hang_after_operations: int = 0
    no_stat: bool = False
    take_away: bool = False
    ssh_rsa_only: bool = False
    connections: int | None = None

    def on_connection(self, number: int) -> Faults:
        """The faults that hold for connection `number`, from 1."""
        sound = self.connections is not None and number > self.connections
        return NO_FAULTS if sound else self


NO_FAULTS = Faults()
Alternatives = TypeVar("Alternatives", bound="DataclassInstance")


def both(first: Alternatives, second: Alternatives, name: str) -> Alternatives:
    """What differs from the default in either. Raises UsageMistake where `name` contradicts."""
    changes = {}
    for each in fields(second):
        mine, theirs = getattr(first, each.name), getattr(second, each.name)
        if theirs != each.default:
            if mine not in (each.default, theirs):
                raise UsageMistake(f"{name} cannot be combined with those before it")
            changes[each.name] = theirs
    return replace(first, **changes)


# The names that `fla-batch sandbox serve --fault` takes.
CHANNEL_FAULTS: dict[str, Faults] = {
    "refuse-login": Faults(refuse_login=True),
    "drop": Faults(drop_after_bytes=1000, connections=1),
    "hang-banner": Faults(hang_at=HangPoint.BANNER),
    "hang-key-exchange": Faults(hang_at=HangPoint.KEY_EXCHANGE),
    "hang-login": Faults(hang_at=HangPoint.LOGIN),
    "hang-operation": Faults(hang_at=HangPoint.OPERATION),
    "no-stat": Faults(no_stat=True),
    "take-away": Faults(take_away=True),
    "ssh-rsa-only": Faults(ssh_rsa_only=True),
}
