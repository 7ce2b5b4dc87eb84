"""Meanings of anomaly codes, labels of zones and texts of rules, in en, fr and nl.

Everything is data: `meanings.csv` (the last three digits of an error id), `zones.csv` (zone
labels and their numbers), `advice.toml` (what to do about a code of the platform) and
`texts.toml` (what a local rule says, and what to do).
Zone numbers 00011, 00014, 00024 and FLA04 are the platform's (REST manual 3.4.2 and 3.4.3);
the other FLA numbers are ours, because the NOTIFICATION allows nine characters for an error id.
Decision 0112 says why names are here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.sentences import cause_in
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import texts_of

_LANGUAGES = ("en", "fr", "nl")


def _read_csv(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))


@cache
def _meanings() -> Mapping[str, Labels]:
    return {
        row["code"]: Labels(row["en"], row["fr"], row["nl"]) for row in _read_csv("meanings.csv")
    }


@cache
def _zones() -> Mapping[str, tuple[str, Labels]]:
    return {
        row["label"]: (row["number"], Labels(row["en"], row["fr"], row["nl"]))
        for row in _read_csv("zones.csv")
    }


@cache
def _labels_by_number() -> Mapping[str, str]:
    return {number: label for label, (number, _) in reversed(list(_zones().items()))}


def zone_label(zone: str) -> Labels:
    """Name of a zone or block for people; a zone that is not listed keeps its own name.

    >>> zone_label("TrainingHours").fr
    'Heures de formation'
    """
    known = _zones().get(zone)
    return known[1] if known else Labels(zone, zone, zone)


def zone_number(zone: str) -> str:
    """The five characters that stand for a zone in the platform's error ids.

    >>> zone_number("CompanyID"), zone_number("TrainingRights"), zone_number("unheard of")
    ('00014', 'FLA04', 'FLA00')
    """
    known = _zones().get(zone)
    return known[0] if known else "FLA00"


def zone_of_number(number: str) -> str | None:
    """The zone that a number of the platform stands for, None when unknown.

    >>> zone_of_number("00024"), zone_of_number("FLA04"), zone_of_number("99999")
    ('INSS', 'TrainingRights', None)
    """
    return _labels_by_number().get(number)


def meaning(code: str) -> Labels | None:
    """What the last three digits of an error id mean; None when unknown.

    >>> meaning("008").nl
    'Buiten het toegelaten bereik'
    """
    return _meanings().get(code)


def label_of(error_id: str) -> Labels:
    """Label of an error id of ours or the platform's; empty when its meaning is not known.

    >>> label_of("FLA04-272").fr
    'Droits de formation - Déjà traité ou déclaré'
    >>> label_of("XYZ-999")
    Labels(en=None, fr=None, nl=None)
    """
    zone, _, code = error_id.rpartition("-")
    known = meaning(code)
    if known is None or not zone:
        return Labels()
    names = zone_label(zone_of_number(zone) or zone)
    return Labels(*(f"{getattr(names, lang)} - {getattr(known, lang)}" for lang in _LANGUAGES))


def advice_on(error_id: str) -> Labels:
    """What to do about an anomaly of the platform, by its code; empty where we do not know.

    >>> advice_on("00014-017").fr
    "Vérifiez le numéro d'entreprise, ou demandez à l'employeur s'il est inscrit au répertoire."
    >>> advice_on("00014-999")
    Labels(en=None, fr=None, nl=None)
    """
    zone, _, code = error_id.rpartition("-")
    if code not in _advices():
        return Labels()
    name = zone_label(zone_of_number(zone) or zone)
    texts = _advices()[code]
    return Labels(*(texts[lang].format(zone=getattr(name, lang)) for lang in _LANGUAGES))


@cache
def _advices() -> Mapping[str, Mapping[str, Any]]:
    every = texts_of(__package__, "advice.toml")["advice"]
    return {code: each for each in every for code in each["codes"]}


def rule_text(
    key: str,
    part: str,
    parameters: Mapping[str, object],
    *,
    package: str = "fla_batch.vocabulary.catalogue",
) -> Labels:
    """A rule's `part` ("says" or "advice") in three languages, with its parameters filled in.

    `package` is the one whose `texts.toml` holds the text.
    Raises KeyError when the catalogue lacks the text: a test asks for every key that is used.
    """
    texts = texts_of(package, "texts.toml")[key].get(part, {})
    return Labels(
        *(
            texts[lang].format_map(_Spelled(parameters, lang)) if lang in texts else None
            for lang in _LANGUAGES
        )
    )


class _Spelled(dict[str, object]):
    """Parameters for a text in one language: Labels, and the zone that `zone` names.

    A text that says {reason} has a library's words as its value.
    """

    def __init__(self, parameters: Mapping[str, object], language: str) -> None:
        super().__init__()
        self.language = language
        for name, value in parameters.items():
            if name == "zone":
                # Only there: a value of the user may begin with @ too.
                value = zone_label(str(value).removeprefix("@"))
            self[name] = getattr(value, language) if isinstance(value, Labels) else value

    def __missing__(self, name: str) -> str:
        if name != "reason":
            raise KeyError(name)
        return cause_in(str(self["value"]), Language(self.language))
