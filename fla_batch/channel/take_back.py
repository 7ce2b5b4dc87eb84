"""TD: taking a batch back before the portal processes its GO, and seeing whether it was in time.

The portal takes GO and TD away without a word, in time or not. What tells is the folder: GO that
lies beside TD goes with it. Where nobody saw that, only an answer tells, or none for long
(decision 1420).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from fla_batch.channel.protocol import Gateway
from fla_batch.channel.upload import Journal
from fla_batch.ledger.cancellation import Cancellation
from fla_batch.ledger.lifecycle import Event
from fla_batch.vocabulary.filenames import BatchName


class OnTheServer(NamedTuple):
    """The names of a batch of `parts` parts there; its files on our disk are not needed."""

    batch: BatchName
    parts: int

    @property
    def folder(self) -> str:
        """Where they lie."""
        return self.batch.environment.folder_in

    @property
    def td(self) -> str:
        """The file that cancels."""
        return str(self.batch.td(self.parts))

    @property
    def go(self) -> str:
        """The file that starts the processing."""
        return str(self.batch.go(self.parts))

    @property
    def content(self) -> set[str]:
        """Every FI and FS."""
        parts = range(1, self.parts + 1)
        made = (self.batch.fi, self.batch.fs)
        return {str(name(part, self.parts)) for name in made for part in parts}


def send_td(there: OnTheServer, gateway: Gateway, journal: Journal) -> None:
    """Drop the TD. Raises GatewayUnavailable, OutcomeUnknown; it is then sent again."""
    journal(Event.CANCEL_BEGUN)
    gateway.create_empty(there.folder, there.td)
    journal(Event.TD_SENT)


def settle_td(
    there: OnTheServer,
    gateway: Gateway,
    journal: Journal,
    known: Cancellation,
    *,
    pause: Callable[[], None],
    is_silence: Callable[[datetime], bool],
) -> None:
    """Record what the folder tells of a TD that was sent, and that the batch is cancelled.

    Seen is what two looks see with a pause between them, for the portal may be at it.
    `is_silence` says whether no answer since then is answer enough.
    """
    if not known.go_begun:
        journal(Event.CANCELLED, settled="GO was never created")
        return
    names = _names(there, gateway)
    if there.go in names:
        both = {there.go, there.td}
        if not known.beside_go and both <= names & _again(there, gateway, pause):
            journal(Event.GO_BESIDE_TD)
    elif names & there.content and not known.go_sent:
        again = _again(there, gateway, pause)
        if there.go not in again and there.content <= names & again:
            journal(Event.CANCELLED, settled="GO never arrived")
    elif names & {there.td, *there.content}:
        _gone(journal, known)
    elif known.beside_go and known.taken_at is None:
        journal(Event.CANCELLED, settled="GO went with TD")
    elif known.taken_at is not None and is_silence(known.taken_at):
        journal(Event.CANCELLED, settled="no answer came")
    else:
        _gone(journal, known)


def _gone(journal: Journal, known: Cancellation) -> None:
    if known.taken_at is None:
        journal(Event.GO_TAKEN)


def _again(there: OnTheServer, gateway: Gateway, pause: Callable[[], None]) -> set[str]:
    pause()
    return _names(there, gateway)


def _names(there: OnTheServer, gateway: Gateway) -> set[str]:
    return {entry.name for entry in gateway.list_folder(there.folder)}
