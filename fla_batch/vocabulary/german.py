"""German of what users read first: names of zones, causes, and what to do (decision 1910).

Found by its English text, as findings carry it from a rule, from the platform or from the ledger;
what has no German stays English.
"""

from __future__ import annotations

from fla_batch.vocabulary.findings import Labels
from fla_batch.vocabulary.sentences import GERMAN, Sentences

_TEXTS = Sentences(__package__, "german.toml")


def german_text(labels: Labels) -> str:
    """
    >>> german_text(Labels(en="Training hours - Missing: this zone is mandatory"))
    'Ausbildungsstunden - Fehlt: dieses Feld ist Pflicht'
    """
    english = labels.en or ""
    return _TEXTS.known(english, GERMAN) or english
