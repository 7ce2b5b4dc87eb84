"""Looks into one FI and its FS as the gateway does, for the checks of `gateway_checks`.

Whatever a client sent, the answer is a `PartFacts`: nothing that a file holds raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.channel.delivery import DeliveryLimits, PartFacts
from fla_batch.message import FormReader, Profile
from fla_batch.message.message_format import format_faults
from fla_batch.message.which_message import schema_named, shape_of
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.sandbox.sender import Sender
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import Verdict

if TYPE_CHECKING:
    from cryptography import x509


@dataclass(frozen=True)
class Inspector:
    """Finds the facts of parts. `roots` are trusted certificates; None trusts any signer."""

    profile: Profile
    sender: Sender
    roots: Sequence[x509.Certificate] | None
    limits: DeliveryLimits

    @cached_property
    def _messages(self) -> dict[int, tuple[FormReader, SchemaValidator]]:
        profile = self.profile
        return {
            id(shape): (FormReader(profile, shape), SchemaValidator(profile, shape))
            for shape in profile.messages
        }

    def facts(self, fi: Path, fs: Path | None, *, at: datetime) -> PartFacts:
        """What is in a part, its signature and the application in its name; `at` is now (aware).

        An empty or too large FI is not opened: its size is fault enough.
        """
        facts = PartFacts(sender_authorised=self.sender.authorised)
        if not 0 < fi.stat().st_size <= self.limits.max_file_bytes:
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
        roots = _own_certificates(signature) if self.roots is None else self.roots
        verdict = verify_file(signature, fi, roots=roots, at=at)
        fits = None
        if verdict.valid and self.sender.holder is not None:
            fits = verdict.signed_by == self.sender.holder
        return replace(facts, signature_valid=verdict.valid, certificate_fits_holder=fits)

    def _with_content(self, facts: PartFacts, fi: Path) -> PartFacts:
        shape = shape_of(fi, self.profile)
        if id(shape) not in self._messages:  # one of our own answers
            return replace(facts, root_known=False)
        reader, validator = self._messages[id(shape)]
        faults = format_faults(fi, shape)
        if any(fault.is_of_the_file for fault in faults):
            return replace(facts, well_formed=False)
        forms, identifications, employers = 0, set(), set()
        try:
            named = schema_named(xmlsafe.root_start(fi)[1])
            for element in xmlsafe.children(fi, shape.form, root=shape.root):
                form, _ = reader.read(element)
                forms += 1
                identifications.add(form.header.identification)
                employers.add(form.body.employer.company_id if form.body.employer else None)
        except xmlsafe.UnexpectedRoot:
            return replace(facts, root_known=False)
        except xmlsafe.UnusableXml:
            return replace(facts, well_formed=False)
        facts = replace(facts, well_formed=True, root_known=True, forms=forms)
        if not forms:
            return facts
        facts = replace(facts, schema_known=named == shape.schema.name)
        if facts.schema_known:
            # A check that could not be made is no "yes".
            verdict = validator.check(fi, most_shown=0).verdict
            facts = replace(facts, fits_schema=verdict is Verdict.VALID and not faults)
        application = fi.name.split(".")[1]
        known = set(self.profile.identifications.values())
        return replace(
            facts,
            forms_fit_name=identifications <= known
            and application == self.profile.application_of(shape),
            employers_authorised=all(map(self.sender.may_declare_for, employers)),
        )


def _own_certificates(signature: bytes) -> list[x509.Certificate]:
    """The signers' certificates, for a portal that trusts any: value and dates still count."""
    from fla_batch.signing.incoming import Unreadable, read_signature

    try:
        return [signer.certificate for signer in read_signature(signature).signers]
    except Unreadable:
        return []
