"""What a server offers in the key exchange, and what to say when nothing of it is ours.

Source: RFC 4253 7.1 (SSH_MSG_KEXINIT), RFC 8308 3.1 (server-sig-algs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import paramiko

from fla_batch.configuration.server import GatewaySettings
from fla_batch.vocabulary.errors import ConfigurationMistake, LoginRefused

LEGACY_RSA = "ssh-rsa"
MODERN_RSA = ("rsa-sha2-512", "rsa-sha2-256")
_COOKIE_BYTES = 16
_LISTS = ("key exchange", "host key", "cipher", "cipher back", "MAC", "MAC back")
_NO_ALGORITHM = ("ext-info-", "kex-strict-")
_MOST_SHOWN = 8
ServerOffer = Mapping[str, Sequence[str]]
"""Of each kind of algorithm, the names that a server gave, most wanted first."""


class OldSignaturesOnly(LoginRefused):
    """The server takes, or makes, no signature but `ssh-rsa`, which is not allowed here."""

    hint = (
        "Ask the portal's help desk whether it takes an ECDSA or Ed25519 key. If not, set "
        "[gateway] legacy_ssh_rsa = true, for this server only."
    )


class KeyKindRefused(LoginRefused):
    """The server takes no key of the kind of ours."""

    hint = "Make a key of a kind that it takes, register it on the portal, and set key_file."


def offer_of(message: paramiko.Message) -> ServerOffer:
    """What a KEXINIT message says, whose type was read already; the message stays as it is."""
    copy = paramiko.Message(message.asbytes())
    copy.get_bytes(_COOKIE_BYTES)
    return {
        kind: [name for name in copy.get_list() if not name.startswith(_NO_ALGORITHM)]
        for kind in _LISTS
    }


def no_agreement(
    settings: GatewaySettings, offer: ServerOffer, ours: ServerOffer
) -> ConfigurationMistake | LoginRefused:
    """Why no key exchange is possible: each kind without a common algorithm, with both lists."""
    without = [kind for kind in ours if not set(ours[kind]) & set(offer.get(kind, ()))]
    if without == ["host key"] and LEGACY_RSA in offer["host key"]:
        return OldSignaturesOnly(
            f"{settings.address} proves its own key only by {LEGACY_RSA} (SHA-1), which [gateway] "
            "legacy_ssh_rsa does not allow"
        )
    told = [
        f"{kind}: it offers {_shown(offer.get(kind, ()))}; we can {_shown(ours[kind])}"
        for kind in without
    ]
    return ConfigurationMistake(
        f"{settings.address} and we have no algorithm in common. {'. '.join(told)}",
        hint="Show these lists to the portal's help desk. All that it offers there is broken or "
        "unknown, and no setting allows it.",
    )


def signature_refusal(
    settings: GatewaySettings, key: paramiko.PKey, said: Sequence[str], tried: Sequence[str]
) -> LoginRefused:
    """Why a login failed: by what the server `said` that it takes, and what was tried."""
    refused = f"{settings.address} refused user {settings.user} with the key {settings.key_file}"
    rsa = isinstance(key, paramiko.RSAKey)
    if said and not rsa and key.get_name() not in said:
        return KeyKindRefused(
            f"{settings.address} takes no key of the kind {key.get_name()}, only: {_shown(said)}"
        )
    if said and rsa and not set(MODERN_RSA) & set(said):
        if LEGACY_RSA not in said:
            return KeyKindRefused(f"{settings.address} takes no RSA key, only: {_shown(said)}")
        if not settings.legacy_ssh_rsa:
            return OldSignaturesOnly(
                f"{settings.address} takes RSA keys only by {LEGACY_RSA} signatures (SHA-1), which "
                "[gateway] legacy_ssh_rsa does not allow"
            )
    if rsa and not said and not settings.legacy_ssh_rsa:
        return LoginRefused(
            f"{refused}; it does not say which signatures it takes, and refused "
            f"{' and '.join(tried)}",
            hint="Check [gateway] user and key_file, and that the public key is registered on the "
            "portal. If all is right, the server may be old and take ssh-rsa (SHA-1) alone: then "
            "set [gateway] legacy_ssh_rsa = true.",
        )
    return LoginRefused(refused)


def _shown(names: Sequence[str]) -> str:
    printable = [
        "".join(each if each.isprintable() else "?" for each in name[:64]) for name in names
    ]
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    return (", ".join(printable[:_MOST_SHOWN]) or "nothing") + more
