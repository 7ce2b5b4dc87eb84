"""How one value is written as text and read back.

A format is named in the binding; without a name the type of the model's field decides.
Reading raises ValueError for a text that is not of the format; writing never raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from fla_batch.message.xml_escapes import escape
from fla_batch.vocabulary.errors import ProfileMistake

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,2})0*)?")
# The portal writes dates without a zone; others, such as 2024-02-01Z, are read all the same.
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")


def _itself(value: Any) -> Any:
    return value


class Format(NamedTuple):
    """`write` gives XML text, escaped where needed; `read` takes the text of an element.

    `value` is the type of the model's field that it can carry. `scale` is how many of the model's
    units make one unit of the text (100 for hundredths). `canonical` gives the value that reads
    back for one that was written, where several mean the same (200 and 200.00). `special` is a
    pattern: `write` changes no text without it, nor what str() makes of another value; None where
    it may change any.
    """

    name: str
    value: type
    write: Callable[[Any], str]
    read: Callable[[str], Any]
    scale: int = 1
    canonical: Callable[[Any], Any] = _itself
    special: str | None = None


def _read_integer(text: str) -> int:
    stripped = text.strip()
    if not _INTEGER.fullmatch(stripped):
        raise ValueError("not an integer")
    return int(stripped)


def _read_date(text: str) -> date:
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError("not a date")
    return date.fromisoformat(found[1])


def _write_time(value: time) -> str:
    return value.isoformat(timespec="milliseconds")


def _read_time(text: str) -> time:
    return time.fromisoformat(text.strip()).replace(tzinfo=None)


def _write_datetime(value: datetime) -> str:
    return value.replace(tzinfo=None).isoformat()


def _read_datetime(text: str) -> datetime:
    return datetime.fromisoformat(text.strip()).replace(tzinfo=None)


def _write_hundredths(value: int) -> str:
    """
    >>> _write_hundredths(760), _write_hundredths(5)
    ('7.60', '0.05')
    """
    sign, rest = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{rest // 100}.{rest % 100:02d}"


def _read_hundredths(text: str) -> int:
    """
    >>> _read_hundredths("7.6"), _read_hundredths("3120")
    (760, 312000)
    """
    found = _DECIMAL.fullmatch(text.strip())
    if not found:
        raise ValueError("not a decimal with two digits")
    hundredths = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0") or 0)
    return -hundredths if found[1] else hundredths


_SPECIAL = re.compile(r"[&<>\r]")


def _write_text(value: str) -> str:
    """A carriage return is written as a reference: a parser would read it as a line feed.

    >>> _write_text("R&D\\r\\n")
    'R&amp;D&#13;\\n'
    """
    # Nearly every text can be written as it is, which is quick to see.
    return escape(value).replace("\r", "&#13;") if _SPECIAL.search(value) else value


def _same(text: str) -> str:
    return text


FORMATS: Mapping[str, Format] = {
    form.name: form
    for form in (
        Format("integer", int, str, _read_integer, special=_SPECIAL.pattern),
        Format("text", str, _write_text, _same, special=_SPECIAL.pattern),
        Format("date", date, date.isoformat, _read_date, special=_SPECIAL.pattern),
        Format("time", time, _write_time, _read_time),
        Format("datetime", datetime, _write_datetime, _read_datetime),
        Format("decimal2", int, _write_hundredths, _read_hundredths, scale=100),
    )
}

_BY_TYPE: tuple[tuple[type, str], ...] = (
    (datetime, "datetime"),
    (date, "date"),
    (time, "time"),
    (int, "integer"),
    (str, "text"),
)


def _digits(name: str, count: str) -> Format:
    width = int(count)
    return Format(name, int, lambda value: f"{value:0{width}d}", _read_integer)


def _date_pattern(name: str, pattern: str) -> Format:
    def read(text: str) -> date:
        return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - only the date

    return Format(name, date, lambda value: escape(value.strftime(pattern)), read)


def _time_pattern(name: str, pattern: str) -> Format:
    def read(text: str) -> time:
        return datetime.strptime(text.strip(), pattern).time()  # noqa: DTZ007 - only the time

    return Format(name, time, lambda value: escape(value.strftime(pattern)), read)


# Each with a value that must survive being written and read, or the pattern loses something.
_PATTERNED: Mapping[str, tuple[Callable[[str, str], Format], Any]] = {
    "date": (_date_pattern, date(2024, 2, 29)),
    "time": (_time_pattern, time(23, 59, 58)),
    "digits": (_digits, 7),
}


def named(name: str) -> Format:
    """The format of that name; `date:%d/%m/%Y`, `time:%H:%M:%S` and `digits:5` take a pattern.

    Raises ProfileMistake for a name that is not known and a pattern that loses part of a value.

    >>> named("digits:5").write(1120), named("date:%d/%m/%Y").read("29/02/2024")
    ('01120', datetime.date(2024, 2, 29))
    """
    kind, _, pattern = name.partition(":")
    if pattern and kind in _PATTERNED:
        build, probe = _PATTERNED[kind]
        try:
            form = build(name, pattern)
            survives = form.read(form.write(probe)) == probe
        except ValueError:
            survives = False
        if survives:
            return form
        raise ProfileMistake(f"the binding's format {name!r} cannot write {probe} and read it back")
    if name not in FORMATS:
        raise ProfileMistake(
            f"the binding names a format {name!r}; known are {', '.join(FORMATS)}, "
            f"date:PATTERN, time:PATTERN and digits:WIDTH"
        )
    return FORMATS[name]


def for_annotation(annotation: object) -> Format:
    """The usual format for a field of that type, optional and repeated ones included."""
    types = _types_in(annotation)
    for kind, name in _BY_TYPE:
        if kind in types:
            return FORMATS[name]
    raise ProfileMistake(f"no format for a field of type {annotation}")


def _types_in(annotation: object) -> set[object]:
    inner = getattr(annotation, "__args__", None)
    if not inner:
        return {annotation}
    return {found for part in inner for found in _types_in(part)}


def coded(inner: Format, codes: Mapping[str, str]) -> Format:
    """`inner` with our values replaced by the schema's: {"1": "N"}; others pass unchanged."""
    theirs = {ours: escape(text) for ours, text in codes.items()}
    ours_of = {text: ours for ours, text in codes.items()}

    def write(value: Any) -> str:
        text = inner.write(value)
        return theirs.get(text, text)

    def read(text: str) -> Any:
        return inner.read(ours_of.get(text.strip(), text))

    name = f"{inner.name} with codes"
    return Format(name, inner.value, write, read, inner.scale, inner.canonical)
