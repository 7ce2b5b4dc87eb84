"""Looks into one FI and its FS as the gateway does, for the checks of `gateway_checks`.

Whatever a client sent, the answer is a `PartFacts`: nothing that a file holds raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.channel.gateway_checks import DeliveryLimits, PartFacts
from fla_batch.message import FormReader, Profile
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.sandbox.sender import Sender
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import Verdict

if TYPE_CHECKING:
    from cryptography import x509
    from lxml.etree import _Element

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_LOCATIONS = (f"{_XSI}noNamespaceSchemaLocation", f"{_XSI}schemaLocation")


@dataclass(slots=True)
class _Scan:
    """What one pass over the forms of a part finds."""

    schema_named: str | None = None
    forms: int = 0
    identifications: set[str | None] = field(default_factory=set)
    employers: set[str | None] = field(default_factory=set)


class Inspector:
    """Finds the facts of parts. `roots` are trusted certificates; None trusts any signer."""

    def __init__(
        self,
        profile: Profile,
        sender: Sender,
        *,
        roots: Sequence[x509.Certificate] | None,
        limits: DeliveryLimits,
    ) -> None:
        self._profile = profile
        self._shape = profile.declaration
        self._reader = FormReader(profile, profile.declaration)
        self._validator = SchemaValidator(profile, profile.declaration)
        self._sender = sender
        self._roots = roots
        self._limits = limits

    def facts(self, fi: Path, fs: Path | None, *, at: datetime) -> PartFacts:
        """What is in a part, its signature and the application in its name; `at` is now (aware).

        An empty or too large FI is not opened: its size is fault enough.
        """
        facts = PartFacts(sender_authorised=self._sender.authorised)
        if not 0 < fi.stat().st_size <= self._limits.max_file_bytes:
            return facts
        if fs is not None:
            facts = self._with_signature(facts, fi, fs, at)
        return self._with_content(facts, fi)

    def _with_signature(self, facts: PartFacts, fi: Path, fs: Path, at: datetime) -> PartFacts:
        from fla_batch.signing.incoming import MAX_SIGNATURE_BYTES
        from fla_batch.signing.verify_signature import verify_file

        if fs.stat().st_size > MAX_SIGNATURE_BYTES:
            return replace(facts, signature_valid=False)
        signature = fs.read_bytes()
        roots = _own_certificates(signature) if self._roots is None else self._roots
        verdict = verify_file(signature, fi, roots=roots, at=at)
        fits = None
        if verdict.valid and self._sender.holder is not None:
            fits = verdict.signed_by == self._sender.holder
        return replace(facts, signature_valid=verdict.valid, certificate_fits_holder=fits)

    def _with_content(self, facts: PartFacts, fi: Path) -> PartFacts:
        try:
            scan = self._scan(fi)
        except xmlsafe.UnexpectedRoot:
            return replace(facts, root_known=False)
        except xmlsafe.UnusableXml:
            return replace(facts, well_formed=False)
        facts = replace(facts, well_formed=True, root_known=True, forms=scan.forms)
        if not scan.forms:
            return facts
        facts = replace(facts, schema_known=scan.schema_named == self._shape.schema.name)
        if facts.schema_known:
            # A check that could not be made is no "yes".
            verdict = self._validator.check(fi, most_shown=0).verdict
            facts = replace(facts, fits_schema=verdict is Verdict.VALID)
        application = fi.name.split(".")[1]
        known = set(self._profile.identifications.values())
        return replace(
            facts,
            forms_fit_name=scan.identifications <= known
            and application == self._profile.application,
            employers_authorised=all(map(self._sender.may_declare_for, scan.employers)),
        )

    def _scan(self, fi: Path) -> _Scan:
        """Raises UnusableXml."""
        scan = _Scan()
        for element in xmlsafe.children(fi, self._shape.form, root=self._shape.root):
            form, _ = self._reader.read(element)
            scan.schema_named = scan.schema_named or _schema_named(element)
            scan.forms += 1
            scan.identifications.add(form.header.identification)
            scan.employers.add(form.body.employer.company_id if form.body.employer else None)
        return scan


def _schema_named(form: _Element) -> str | None:
    """File name of the schema that the message around `form` says it follows."""
    root = form.getroottree().getroot()
    for attribute in _LOCATIONS:
        words = (root.get(attribute) or "").split()
        if words:
            return words[-1].rpartition("/")[2]
    return None


def _own_certificates(signature: bytes) -> list[x509.Certificate]:
    """The signers' certificates, for a portal that trusts any: value and dates still count."""
    from fla_batch.signing.incoming import Unreadable, read_signature

    try:
        return [signer.certificate for signer in read_signature(signature).signers]
    except Unreadable:
        return []
