"""The verdict of a message's XSD: valid, invalid or not checked.

Two engines with two jobs. lxml (libxml2) gives the verdict on the very bytes that will be sent,
in one streaming pass that builds no tree; only when it says no, each form is looked at again for
line, path and worker. xmlschema then says in plain words what is wrong with those that are
shown. A check that crashed is "not checked", which is never sent (R24).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from fla_batch import catalogue, xmlsafe
from fla_batch.binding.profile import MessageShape, Profile
from fla_batch.errors import ProfileMistake
from fla_batch.findings import Anomaly, Labels, Source
from fla_batch.identifiers import mask_text
from fla_batch.terms import AnomalyClass, Verdict

if TYPE_CHECKING:
    import xmlschema
    from lxml.etree import ParserTarget, _Element, _LogEntry

MOST_SHOWN = 100

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
        why = self.explanation or self.reason
        return Anomaly(
            anomaly_class=AnomalyClass.BLOCKING.value,
            error_id=f"{self.tag}-{self.code}",
            rule="schema",
            tag=self.tag,
            path=self.path,
            label=Labels(
                f"{zone.en} - {meaning.en}: {why}",
                f"{zone.fr} - {meaning.fr} : {why}",
                f"{zone.nl} - {meaning.nl}: {why}",
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
        self._shape = shape
        self._fingerprint = profile.fingerprint
        try:
            parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
            self._schema = etree.XMLSchema(etree.parse(str(shape.schema), parser))
        except (etree.XMLSyntaxError, etree.XMLSchemaParseError) as error:
            raise ProfileMistake(f"{shape.schema.name} is not an XSD: {error}") from error

    def check(self, path: Path, *, most_shown: int = MOST_SHOWN) -> SchemaCheck:
        """The verdict on the bytes at `path`. Never raises for their content.

        OSError, when the file cannot be read, is "not checked" too.
        """
        try:
            return self._check(path, most_shown)
        except xmlsafe.UnusableXml as error:
            broken = SchemaError("102", "File", "/", str(error))
            return self._outcome(Verdict.INVALID, (broken,), 1)
        except Exception as error:
            # R24: whatever went wrong, it was not a "yes".
            why = f"{type(error).__name__}: {mask_text(str(error))}"
            return replace(self._outcome(Verdict.NOT_CHECKED), why=why)

    def _check(self, path: Path, most_shown: int) -> SchemaCheck:
        xmlsafe.root_label(path)  # refuses a DOCTYPE before the parser with the schema starts
        reasons = self._stream(path)
        if not reasons:
            return self._outcome(Verdict.VALID)
        shown: list[SchemaError] = []
        total = 0
        for error in self._look_again(path, most_shown):
            total += 1
            if len(shown) < most_shown:
                shown.append(error)
        if not total:
            # The forms are fine one by one: the trouble is around them.
            around = [_around(reason) for reason in reasons]
            shown, total = around[:most_shown], len(around)
        return self._outcome(Verdict.INVALID, tuple(shown), total)

    def _stream(self, path: Path) -> list[str]:
        """What libxml2 says in one pass without a tree; empty when the message is valid."""
        parser = etree.XMLParser(
            schema=self._schema,
            target=cast("ParserTarget", _Nothing()),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        try:
            etree.parse(str(path), parser)
        except etree.XMLSyntaxError as error:
            return _messages(parser) or [mask_text(str(error))]
        # With a target lxml does not raise for what breaks the schema: only the log tells.
        return _messages(parser)

    def _look_again(self, path: Path, most_shown: int) -> Iterator[SchemaError]:
        explained = 0
        for number, form in enumerate(
            xmlsafe.children(path, self._shape.form, root=self._shape.root), start=1
        ):
            if self._schema.validate(form):
                continue
            errors = [_error(entry, number, form) for entry in _entries(self._schema.error_log)]
            if any(error.code == "089" for error in errors):
                return  # the schema has no global form element: the reasons of the stream remain
            if explained < most_shown:
                explained += len(errors)
                errors = self._explain(errors, form)
            top = f"/{self._shape.root}/{self._shape.form}[{number}]"
            for error in errors:
                yield replace(error, path=top + _below_form(error.path))

    def _explain(self, errors: list[SchemaError], form: _Element) -> list[SchemaError]:
        plain: dict[str, str] = {}
        for found in self._explainer.iter_errors(form):
            plain.setdefault(_bare(found.path or ""), mask_text(found.reason or ""))
        return [_explained(error, plain) for error in errors]

    @cached_property
    def _explainer(self) -> xmlschema.XMLSchema:
        import xmlschema

        return xmlschema.XMLSchema(str(self._shape.schema), allow="local")

    def _outcome(
        self, verdict: Verdict, errors: tuple[SchemaError, ...] = (), total: int = 0
    ) -> SchemaCheck:
        return SchemaCheck(verdict, self._shape.schema.name, self._fingerprint, errors, total)


class _Nothing:
    """A parser target that keeps nothing: libxml2 validates on the way, no tree is built."""

    def close(self) -> None:
        """Called at the end of the document."""


def _messages(parser: etree.XMLParser) -> list[str]:
    return [mask_text(entry.message) for entry in _entries(parser.error_log)]


def _entries(log: object) -> list[_LogEntry]:
    return list(cast("Iterable[_LogEntry]", log))


def _error(entry: _LogEntry, number: int, form: _Element) -> SchemaError:
    message = mask_text(" ".join(entry.message.split()))
    path = entry.path or "/"
    tag = path.rpartition("/")[2].partition("[")[0].rpartition(":")[2]
    code = _MEANINGS.get(entry.type_name, "003")
    if entry.type_name == "SCHEMAV_ELEMENT_CONTENT":
        code = "001" if "Missing child" in message else "091"
    elif entry.type_name == "SCHEMAV_CVC_ELT_1":
        code = "089"
    return SchemaError(
        code,
        tag,
        path,
        message,
        line=entry.line or None,
        form=number,
        company_id=_first(form, "CompanyID"),
        inss=_first(form, "INSS"),
    )


def _explained(error: SchemaError, plain: dict[str, str]) -> SchemaError:
    """With xmlschema's reason at the same place, or at the block around it."""
    place = _bare(error.path)
    reason = plain.get(place) or plain.get(place.rpartition("/")[0])
    if reason and reason.startswith("invalid literal for int"):
        return replace(error, code="002", explanation=f"{reason.rpartition(': ')[2]} is no number")
    return replace(error, explanation=reason)


def _below_form(path: str) -> str:
    """What follows the form's own step.

    >>> _below_form("/Form/Trainings/Training[2]"), _below_form("/Form")
    ('/Trainings/Training[2]', '')
    """
    return path[path.find("/", 1) :] if "/" in path[1:] else ""


def _first(form: _Element, label: str) -> str | None:
    found = next(form.iter(f"{{*}}{label}"), None)
    return None if found is None else (found.text or "").strip() or None


def _around(reason: str) -> SchemaError:
    code = "089" if "No matching global declaration" in reason else "090"
    return SchemaError(code, "File", "/", reason)


def _bare(path: str) -> str:
    """A path without prefixes and without [1], which one engine writes and the other does not."""
    steps = [step.rpartition(":")[2].removesuffix("[1]") for step in path.split("/")]
    return "/".join(step for step in steps if step)
