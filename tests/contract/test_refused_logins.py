"""How real OpenSSH refuses: an answer, or a goodbye. Neither is worth another try."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.channel.retry import Waiting
from fla_batch.channel.sftp import connect
from fla_batch.vocabulary.errors import LoginRefused
from tests.contract.portals import settings_for
from tests.contract.sshd import MODERN, running_sshd
from tests.contract.user_keys import UserKey, write_key


@pytest.mark.sshd
@pytest.mark.parametrize("more", ["", "MaxAuthTries 1\n"], ids=["answer", "goodbye"])
def test_r10_a_refused_login_is_tried_once(tmp_path: Path, user_key: UserKey, more: str) -> None:
    stranger = write_key(tmp_path / "stranger")
    with running_sshd(tmp_path, user_key, MODERN, more=more) as sshd:
        settings = settings_for(sshd.port, sshd.user, stranger.path, sshd.host_key_line)
        # Attempts are counted here: the server's own log may come a little late.
        attempts: list[int] = []

        def log_in() -> None:
            attempts.append(1)
            connect(settings).close()

        with pytest.raises(LoginRefused):
            Waiting(sleep=lambda _: None, elapsed=lambda: 0.0).patiently(log_in)
    assert len(attempts) == 1
