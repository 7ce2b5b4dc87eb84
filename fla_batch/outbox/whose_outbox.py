"""Whose outbox is it: one system user's, or that of a declared group (R39, decision 1405).

Two users on one outbox that is not shared would leave files behind that the other cannot read:
a batch that cannot be sent, a ledger that cannot be written.
"""

from __future__ import annotations

import os
from pathlib import Path

from fla_batch.system.files import (
    FOLDER_MODE,
    SHARED_FOLDER_MODE,
    disk_errors,
    is_shared,
    private_folder,
)
from fla_batch.system.portable import HAS_MODES, is_open_to_others, is_ours
from fla_batch.vocabulary.errors import ConfigurationMistake

_OF_THE_REPOSITORY = {"README.md"}


def require_ours(place: Path, group: str | None) -> None:
    """Raises ConfigurationMistake for an outbox that we cannot share with its owner.

    `place` need not exist; with `group` a folder is made then, which that group shares.
    """
    if group is not None:
        _require_shared(place, group)
    elif place.exists() and not is_ours(found := place.stat()):
        owner = found.st_uid
        raise ConfigurationMistake(
            f"{place} belongs to the system user {_user(owner)}, and this is {_user(os.geteuid())}",
            hint=f"Run it as {_user(owner)}, or share the outbox: set [workspace] group to a group "
            "of the system that both belong to. Nothing was changed.",
        )


def require_member(group: str) -> int:
    """The number of a group of the system. Raises ConfigurationMistake unless we belong to it."""
    if not HAS_MODES:
        raise ConfigurationMistake(
            "[workspace] group: files of this system have no group",
            hint="Leave it out, and give colleagues access to the outbox by its properties.",
        )
    import grp

    try:
        wanted = grp.getgrnam(group).gr_gid
    except KeyError:
        raise ConfigurationMistake(
            f"[workspace] group: this system has no group {group}",
            hint=f"groupadd {group}, and usermod -aG {group} for each who works on the outbox.",
        ) from None
    if os.geteuid() and wanted not in (os.getegid(), *os.getgroups()):
        raise ConfigurationMistake(
            f"[workspace] group: {_user(os.geteuid())} is no member of {group}",
            hint=f"usermod -aG {group} {_user(os.geteuid())}, and log in again.",
        )
    return wanted


def is_untouched(place: Path) -> bool:
    """True for an outbox that holds nothing yet: in a clone of the repository there is one."""
    return place.is_dir() and {entry.name for entry in place.iterdir()} <= _OF_THE_REPOSITORY


def make_private(place: Path) -> None:
    """Leave an outbox that holds nothing yet to its owner alone, or to the group that shares it.

    A clone's has the rights of the umask. What holds something was opened by somebody: `doctor`
    says so, and nothing is done about it (S12). Raises DiskTrouble.
    """
    if is_untouched(place) and is_open_to_others(place.stat()) and not is_shared(place):
        with disk_errors("make private", place):
            place.chmod(FOLDER_MODE)


def _require_shared(place: Path, group: str) -> None:
    wanted = require_member(group)
    if not place.exists():
        private_folder(place)
        with disk_errors("share", place):
            os.chown(place, -1, wanted)
            place.chmod(SHARED_FOLDER_MODE)
    if place.stat().st_gid != wanted or not is_shared(place):
        raise ConfigurationMistake(
            f"[workspace] group: {place} is not shared with {group}",
            hint=f"As its owner, once: chgrp -R {group} {place}; chmod -R u=rwX,g=rwX,o= {place}; "
            f"find {place} -type d -exec chmod g+s {{}} +",
        )


def _user(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
