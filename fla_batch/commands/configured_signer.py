"""Which key do the settings sign with? A file's, or one on a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fla_batch.signing.signer import Signer, load_signer
from fla_batch.signing.token_key import load_token
from fla_batch.vocabulary.errors import KeyOrCertificateMistake

if TYPE_CHECKING:
    from fla_batch.configuration.sections import SigningSection


def signer_of(section: SigningSection) -> Signer:
    """The signer that the [signing] section describes.

    Raises KeyOrCertificateMistake.
    """
    if not section.pkcs11_module:
        return load_signer(
            pkcs12_file=section.pkcs12_file,
            key_file=section.key_file,
            certificate_file=section.certificate_file,
            password_env=section.password_env,
        )
    if not (section.pkcs11_token and section.pkcs11_key) or section.key_file or section.pkcs12_file:
        raise KeyOrCertificateMistake(
            "a key on a token needs pkcs11_module, pkcs11_token and pkcs11_key, and no key file"
        )
    return Signer(
        load_token(
            section.pkcs11_module,
            section.pkcs11_token,
            section.pkcs11_key,
            certificate_file=section.certificate_file,
            password_env=section.password_env,
        )
    )
