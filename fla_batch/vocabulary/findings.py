"""Anomaly: one finding on a form or a file, with the same shape for local and remote ones.

Sources: REST manual 3.4.1 (anomalyClass, tagname, path, errorid, label per language) and the
portal's NOTIFICATION. Local findings add where the value came from and what to do about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from fla_batch.vocabulary.terms import AnomalyClass, AnomalyOrigin, Language

_BLOCKING = frozenset({AnomalyClass.BLOCKING})


@dataclass(frozen=True, slots=True)
class Labels:
    """One text in the three languages; a language that is missing is None."""

    en: str | None = None
    fr: str | None = None
    nl: str | None = None

    def text(self, language: Language) -> str:
        """The text in `language`, else in the first language that has one, else empty.

        >>> Labels(fr="Absent", nl="Ontbreekt").text(Language.EN)
        'Absent'
        """
        wanted = getattr(self, language.value)
        return wanted or self.en or self.fr or self.nl or ""

    def changed(self, change: Callable[[str, Language], str]) -> Labels:
        """Each of the three languages with `change` applied to its text.

        >>> Labels("read", "lu").changed(lambda text, _: f"a.csv: {text}").text(Language.NL)
        'a.csv: read'
        """
        return Labels(*(change(self.text(language), language) for language in Language))

    def to_json(self) -> dict[str, str | None]:
        return {"en": self.en, "fr": self.fr, "nl": self.nl}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value stood in the user's input: file name, row (from 1), column heading, sheet.

    In JSON the row is the line on which the declaration begins, and the column the path of
    the value within it.
    """

    file: str | None = None
    row: int | None = None
    column: str | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        """
        >>> str(Source("2024.csv", 7, "hours"))
        '2024.csv, row 7, column hours'
        >>> str(Source("fla.xlsx", 7, "hours", "2024"))
        'fla.xlsx, sheet 2024, row 7, column hours'
        """
        parts = [
            self.file,
            f"sheet {self.sheet}" if self.sheet is not None else None,
            f"row {self.row}" if self.row is not None else None,
            f"column {self.column}" if self.column else None,
        ]
        return ", ".join(part for part in parts if part)

    def to_json(self) -> dict[str, str | int | None]:
        """As documents show it."""
        return {"file": self.file, "sheet": self.sheet, "row": self.row, "column": self.column}


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One anomaly. Parts that are not known are None, never left out.

    `error_id` is zone-meaning (`TrainingHours-008`, `00014-017`); `rule` is the stable name of
    the local rule, None for the platform's own; `advice` says what to do. `blocked`: it kept a
    declaration out of a build, and is kept until that is mended.
    """

    anomaly_class: str
    error_id: str
    label: Labels = field(default_factory=Labels)
    rule: str | None = None
    tag: str | None = None
    path: str | None = None
    value: str | None = None
    advice: Labels = field(default_factory=Labels)
    company_id: str | None = None
    inss: str | None = None
    calendar_year: int | None = None
    source: Source = field(default_factory=Source)
    origin: AnomalyOrigin = AnomalyOrigin.LOCAL
    blocked: bool = False

    @property
    def blocks(self) -> bool:
        """True for class B; the other classes never hold a form back by themselves."""
        return self.anomaly_class in _BLOCKING

    def at(self, source: Source) -> Anomaly:
        """The same anomaly, found at `source`."""
        return replace(self, source=source)

    def to_json(self) -> dict[str, Any]:
        """The shape that `check`, `validate` and `anomalies --json` print."""
        return {
            "class": str(self.anomaly_class),
            "error_id": self.error_id,
            "rule": self.rule,
            "tag": self.tag,
            "path": self.path,
            "value": self.value,
            "label": self.label.to_json(),
            "advice": self.advice.to_json(),
            "company_id": self.company_id,
            "inss": self.inss,
            "calendar_year": self.calendar_year,
            "source": self.source.to_json(),
            "origin": self.origin.value,
            **({"blocked": True} if self.blocked else {}),
        }


class AnomalyCounts(NamedTuple):
    """How many anomalies there are: those that block, warnings (class W), and all others."""

    blocking: int
    warnings: int
    information: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)

    @classmethod
    def of(cls, anomalies: Iterable[Anomaly]) -> AnomalyCounts:
        """Those of `anomalies`."""
        kinds = Counter("B" if each.blocks else each.anomaly_class for each in anomalies)
        blocking, warnings = kinds["B"], kinds[AnomalyClass.WARNING.value]
        return cls(blocking, warnings, kinds.total() - blocking - warnings)


def blocking(anomalies: Iterable[Anomaly]) -> list[Anomaly]:
    """Those of `anomalies` that block."""
    return [anomaly for anomaly in anomalies if anomaly.blocks]


def summary(anomalies: Iterable[Anomaly]) -> dict[str, Any]:
    """All anomalies and how many there are of each class, for `--json`."""
    found = list(anomalies)
    counts = AnomalyCounts.of(found)._asdict()
    return {"anomalies": [anomaly.to_json() for anomaly in found], **counts}
