"""The verdict of a message's XSD: valid, invalid or not checked.

Two engines with two jobs. lxml (libxml2) gives the verdict on the very bytes that will be sent,
in one streaming pass that builds no tree; only when it says no, each form is looked at again for
line, path and worker. xmlschema then says in plain words what is wrong with those that are
shown; where the XSD has assertions, which libxml2 does not know, it judges the whole file too.
A check that crashed is "not checked", which is never sent (R24).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from fla_batch.message.form_tree import places
from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.xsd_driver import logged, lxml_schema, other_schema, stream
from fla_batch.system import xmlsafe
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.identifiers import mask_text
from fla_batch.vocabulary.sentences import cause_in
from fla_batch.vocabulary.terms import AnomalyClass, Language, Verdict

if TYPE_CHECKING:
    import xmlschema
    from lxml.etree import _Element, _LogEntry

    from fla_batch.message.verdict_by_parts import VerdictByParts

MOST_SHOWN = 100
LARGE_BYTES = 4_000_000
"""From here on judging parts is quicker, and worth loading what it takes."""
_PREFIX = re.compile(r"(?<=/)[^/:\[]+:")

# Meaning of libxml2's kinds of error, as the last three digits of an error id.
_MEANINGS = {
    "SCHEMAV_CVC_DATATYPE_VALID_1_2_1": "003",
    "SCHEMAV_CVC_MININCLUSIVE_VALID": "008",
    "SCHEMAV_CVC_MAXINCLUSIVE_VALID": "008",
    "SCHEMAV_CVC_TOTALDIGITS_VALID": "008",
    "SCHEMAV_CVC_LENGTH_VALID": "093",
    "SCHEMAV_CVC_MINLENGTH_VALID": "093",
    "SCHEMAV_CVC_MAXLENGTH_VALID": "093",
    "SCHEMAV_CVC_PATTERN_VALID": "003",
    "SCHEMAV_CVC_ENUMERATION_VALID": "003",
}


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place that breaks the schema. `form` counts from 1; 0 is the message around them.

    `reason` is the engine's text and `explanation` the plain one; INSS are masked in both.
    """

    code: str
    tag: str
    path: str
    reason: str
    line: int | None = None
    form: int = 0
    company_id: str | None = None
    inss: str | None = None
    explanation: str | None = None

    def to_anomaly(self, file: str) -> Anomaly:
        """The same as an anomaly of class B, rule `schema`."""
        zone, meaning = catalogue.zone_label(self.tag), catalogue.meaning(self.code) or Labels()
        # The meaning of 102 says already that it is not well-formed.
        cause = (self.explanation or self.reason).removeprefix("not well-formed: ")
        why = {each: cause_in(cause, each) for each in Language}
        return Anomaly(
            anomaly_class=AnomalyClass.BLOCKING.value,
            error_id=f"{self.tag}-{self.code}",
            rule="schema",
            tag=self.tag,
            path=self.path,
            label=Labels(
                f"{zone.en} - {meaning.en}: {why[Language.EN]}",
                f"{zone.fr} - {meaning.fr} : {why[Language.FR]}",
                f"{zone.nl} - {meaning.nl}: {why[Language.NL]}",
            ),
            company_id=self.company_id,
            inss=self.inss,
            source=Source(file, self.line, self.path),
        )


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """Outcome for one message. `total` counts all errors, `errors` holds the first of them.

    `schema` and `fingerprint` name what was checked against; `why` says what kept the check
    from being made.
    """

    verdict: Verdict
    schema: str
    fingerprint: str
    errors: tuple[SchemaError, ...] = ()
    total: int = 0
    why: str | None = None


class SchemaValidator:
    """Checks messages of one shape. Raises ProfileMistake when the XSD itself is wrong."""

    def __init__(self, profile: Profile, shape: MessageShape) -> None:
        self.shape = shape
        self._fingerprint = profile.fingerprint
        self._labels = dict(places(shape.tree.form))
        self._form_depth = shape.form.count("/") + 2
        self._schema = lxml_schema(shape.schema, shape.driver)
        self._asserts = shape.outline.files.asserts

    @cached_property
    def by_parts(self) -> VerdictByParts | None:
        """The verdict on a table of forms; None where the XSD wants forms to be judged whole."""
        from fla_batch.message.verdict_by_parts import VerdictByParts

        return VerdictByParts.of(self.shape, self._schema)

    def check(
        self, path: Path, *, most_shown: int = MOST_SHOWN, is_valid: bool | None = None
    ) -> SchemaCheck:
        """The verdict on the bytes at `path`. Never raises for their content.

        `is_valid` is what `by_parts` said of every form, when it was asked already. OSError,
        when the file cannot be read, is "not checked" too.
        """
        try:
            return self._check(path, most_shown, is_valid=is_valid)
        except xmlsafe.UnusableXml as error:
            broken = SchemaError("102", "File", "/", str(error))
            return self._outcome(Verdict.INVALID, (broken,), 1)
        except Exception as error:
            # R24: whatever went wrong, it was not a "yes".
            why = f"{type(error).__name__}: {mask_text(str(error))}"
            return replace(self._outcome(Verdict.NOT_CHECKED), why=why)

    def _check(self, path: Path, most_shown: int, *, is_valid: bool | None) -> SchemaCheck:
        root = xmlsafe.root_label(
            path
        )  # refuses a DOCTYPE before the parser with the schema starts
        if root != self.shape.root:
            # To libxml2 any global element of the schema is a message.
            reason = xmlsafe.plain_text(f"the root is {root}, not {self.shape.root}")
            return self._outcome(Verdict.INVALID, (SchemaError("089", "File", "/", reason),), 1)
        if is_valid is None and path.stat().st_size >= LARGE_BYTES:
            is_valid = self.by_parts is not None and self.by_parts.finds_valid(path)
        reasons = [] if is_valid else self._stream(path)
        if not reasons:
            return self._by_assertions(path, most_shown)
        shown: list[SchemaError] = []
        around = Counter(reasons)
        total = 0
        for error in self._look_again(path, most_shown):
            total += 1
            around[error.reason] -= 1
            if len(shown) < most_shown:
                shown.append(error)
        # What no form explains is around them.
        rest = [_around(reason) for reason in (+around).elements()]
        shown += rest[: most_shown - len(shown)]
        return self._outcome(Verdict.INVALID, tuple(shown), total + len(rest))

    def _by_assertions(self, path: Path, most_shown: int) -> SchemaCheck:
        """What libxml2 finds valid, judged whole by xmlschema where the XSD has assertions."""
        if not self._asserts:
            return self._outcome(Verdict.VALID)
        if self._explainer is None:
            why = f"xmlschema does not take {self.shape.schema.name}, which has assertions"
            return replace(self._outcome(Verdict.NOT_CHECKED), why=why)
        found = list(self._explainer.iter_errors(str(path)))
        shown = tuple(map(self._asserted, found[:most_shown]))
        return self._outcome(Verdict.INVALID if found else Verdict.VALID, shown, len(found))

    def _asserted(self, error: xmlschema.XMLSchemaValidationError) -> SchemaError:
        path = _PREFIX.sub("", error.path or "/")
        steps = path.strip("/").split("/")
        form = steps[self._form_depth - 1] if len(steps) >= self._form_depth else ""
        number = int(form.rpartition("[")[2].rstrip("]")) if "[" in form else int(bool(form))
        inner = tuple(step.partition("[")[0] for step in steps[self._form_depth :])
        tag = self._labels.get(inner, steps[-1].partition("[")[0])
        return SchemaError("003", tag, path, mask_text(error.reason or ""), form=number)

    def _stream(self, path: Path) -> list[str]:
        """What libxml2 says in one pass without a tree; empty when the message is valid."""
        try:
            return list(map(_reason, stream(self._schema, str(path))))
        except etree.XMLSyntaxError as error:
            return [mask_text(str(error))]
        except OSError:
            # So lxml calls bytes that are not of the encoding. Those are not well-formed, and the
            # other parser says so; a file that cannot be read fails there again.
            for _ in xmlsafe.children(path, self.shape.form, root=self.shape.root):
                pass
            raise

    def _look_again(self, path: Path, most_shown: int) -> Iterator[SchemaError]:
        """Every error within a form, with its place; the first ones explained."""
        explained = 0
        forms = xmlsafe.children(path, self.shape.form, root=self.shape.root)
        for number, form in enumerate(forms, start=1):
            alone = _alone(form)
            if self._schema.validate(alone):
                continue
            entries = [
                entry
                for entry in logged(self._schema.error_log)
                if _depth(entry) >= self._form_depth
            ]
            plain: dict[str, str] = {}
            if explained < most_shown:
                explained += len(entries)
                plain = self._plain_reasons(alone)
            for entry in entries:
                yield self._error(entry, number, alone, plain)

    def _error(
        self, entry: _LogEntry, number: int, alone: _Element, plain: Mapping[str, str]
    ) -> SchemaError:
        place = entry.path or "/"
        path, steps = _spelled(alone, place, number, self._form_depth - 1)
        form = alone[0]
        while xmlsafe.label(form) != self.shape.tree.form.name:
            form = form[0]
        error = SchemaError(
            _code(entry),
            self._labels.get(tuple(steps[self._form_depth :]), steps[-1]),
            path,
            _reason(entry),
            line=entry.line or None,
            form=number,
            company_id=self._first(form, "CompanyID"),
            inss=self._first(form, "INSS"),
        )
        # xmlschema speaks of an unexpected element at the block around it.
        return _explained(error, plain.get(place) or plain.get(place.rpartition("/")[0]))

    def _first(self, form: _Element, zone: str) -> str | None:
        """Text of the first element of the form that carries `zone`, whatever its label."""
        for path, label in self._labels.items():
            if label == zone:
                steps = [step for step in path if not step.startswith("@")]
                element = form.find("/".join(f"{{*}}{step}" for step in steps) or ".")
                text = None
                if element is not None:
                    text = element.get(path[-1][1:]) if path[-1][0] == "@" else element.text
                if text and text.strip():
                    return text.strip()
        return None

    def _plain_reasons(self, alone: _Element) -> dict[str, str]:
        """xmlschema's reasons, by the same kind of path as libxml2's."""
        plain: dict[str, str] = {}
        if self._explainer is None:
            return plain
        tree = alone.getroottree()
        for found in self._explainer.iter_errors(alone):
            if found.elem is not None:
                plain.setdefault(
                    tree.getpath(cast("_Element", found.elem)), mask_text(found.reason or "")
                )
        return plain

    @cached_property
    def _explainer(self) -> xmlschema.XMLSchema | xmlschema.XMLSchema11 | None:
        """None when xmlschema does not take a schema that libxml2 takes; nothing is explained."""
        import xmlschema

        try:
            return other_schema(self.shape.schema, self.shape.driver, asserts=self._asserts)
        except xmlschema.XMLSchemaParseError:
            return None

    def _outcome(
        self, verdict: Verdict, errors: tuple[SchemaError, ...] = (), total: int = 0
    ) -> SchemaCheck:
        return SchemaCheck(verdict, self.shape.schema.name, self._fingerprint, errors, total)


def _reason(entry: _LogEntry) -> str:
    return mask_text(" ".join(entry.message.split()))


def _around(reason: str) -> SchemaError:
    code = "089" if "No matching global declaration" in reason else "090"
    return SchemaError(code, "File", "/", reason)


def _alone(form: _Element) -> _Element:
    """A message of only that form: a schema need not know the form element by itself."""
    alone = deepcopy(form)
    for around in form.iterancestors():
        # lxml takes the nsmap that it gives; its stubs know no default namespace.
        nsmap = cast("dict[str, str]", around.nsmap)
        outer = etree.Element(around.tag, nsmap=nsmap)
        for name, text in around.attrib.items():
            outer.set(name, text)
        outer.append(alone)
        alone = outer
    return alone


def _depth(entry: _LogEntry) -> int:
    """1 for the root of the message, 2 for its forms, more for what is in them."""
    return (entry.path or "").count("/")


def _code(entry: _LogEntry) -> str:
    """Meaning of libxml2's kind of error, as the last three digits of an error id."""
    if entry.type_name == "SCHEMAV_ELEMENT_CONTENT":
        return "001" if "Missing child" in entry.message else "091"
    return _MEANINGS.get(entry.type_name, "003")


def _spelled(alone: _Element, place: str, number: int, form_step: int) -> tuple[str, list[str]]:
    """The path of libxml2's `place`, which writes * for namespaced labels, and its labels."""
    namespaces = {prefix: uri for prefix, uri in alone.nsmap.items() if prefix}
    found = cast("list[_Element]", alone.xpath(place, namespaces=namespaces))[0]
    line = [found, *found.iterancestors()]
    labels = [xmlsafe.label(element) for element in reversed(line)]
    indexes = [_index(element) for element in reversed(line)]
    indexes[form_step] = f"[{number}]"
    return "/" + "/".join(map("".join, zip(labels, indexes, strict=True))), labels


def _index(element: _Element) -> str:
    """[2] for the second of several with the same label, nothing for the only one."""
    parent = element.getparent()
    alike = [] if parent is None else list(parent.iterchildren(element.tag))
    return f"[{alike.index(element) + 1}]" if len(alike) > 1 else ""


def _explained(error: SchemaError, reason: str | None) -> SchemaError:
    if reason and reason.startswith("invalid literal for int"):
        return replace(error, code="002", explanation=f"{reason.rpartition(': ')[2]} is no number")
    return replace(error, explanation=reason)
