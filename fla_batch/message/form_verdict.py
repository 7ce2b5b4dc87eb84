"""The verdict of the XSD on one declaration, before it is sent: what it refuses, and where.

The declaration is written as it would be sent and judged by libxml2, so that nothing is said here
that the XSD does not say of the file (decision 1220).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, cast

from lxml import etree

from fla_batch.message.extra_zones import EmployerZones
from fla_batch.message.form_tree import Element, FormTree, of_kind
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.model_places import place_at, steps_to
from fla_batch.message.profile import Profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter
from fla_batch.message.templates import MessageFacts
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_driver import lxml_schema
from fla_batch.models import Declaration
from fla_batch.models.form import Form, FormHeader
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.terms import FormKind
from fla_batch.vocabulary.zone_path import Path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element, _LogEntry

_CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - of no form that is sent
_REFERENCE = "SAMPLERUN0" + counter(1)
_MOST = 100


class RefusedPlace(NamedTuple):
    """A place in a declaration, its label, and what libxml2 says of it; INSS are masked."""

    path: Path
    label: str
    reason: str
    is_missing: bool


class FormVerdict(NamedTuple):
    """Judges declarations of one kind, one by one."""

    shape: MessageShape
    form: Element
    identification: str
    writer: MessageWriter
    schema: etree.XMLSchema

    @classmethod
    def of(cls, profile: Profile, kind: FormKind, employers: EmployerZones) -> FormVerdict:
        """The judge of that kind. Raises ProfileMistake when the XSD itself is wrong."""
        shape = profile.shapes[kind]
        return cls(
            shape,
            of_kind(shape.tree.form, kind, answers=False),
            profile.identifications[kind],
            MessageWriter(shape, facts=MessageFacts(_CREATED.date()), extras=employers),
            lxml_schema(shape.schema, shape.driver),
        )

    def refused(self, body: Declaration) -> list[RefusedPlace]:
        """What the XSD does not take of the declaration; empty when it takes all of it."""
        reference = reference_form(self.shape)(_REFERENCE)
        header = FormHeader.original(self.identification, _CREATED, reference)
        root = etree.fromstring(b"".join(self.writer.message([Form(header=header, body=body)])))
        if self.schema.validate(root):
            return []
        entries = list(cast("Iterable[_LogEntry]", self.schema.error_log))[:_MOST]
        found = [self._refused(root, entry) for entry in entries]
        return list({(each.path, each.reason): each for each in found}.values())

    def _refused(self, root: _Element, entry: _LogEntry) -> RefusedPlace:
        namespaces = {prefix: uri for prefix, uri in root.nsmap.items() if prefix}
        elements = cast("list[_Element]", root.xpath(entry.path or "/*", namespaces=namespaces))
        depth = self.shape.form.count("/") + 1
        tree = FormTree(self.form, self.shape.tree.blocks)
        place = place_at(tree, self.form, steps_to(elements[0], depth))
        zone = next((text.zone for text in place.element.zones if text.zone), None)
        label = zone.label if zone else place.element.block_label or place.element.name
        missing = entry.type_name in ("SCHEMAV_ELEMENT_CONTENT", "SCHEMAV_CVC_COMPLEX_TYPE_4")
        reason = mask_text(" ".join(entry.message.split()))
        return RefusedPlace(place.path, label, reason, missing)
