"""An answer in several files, as the portal sends one that is large: FO....E.T.P."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

from lxml import etree

from fla_batch.sandbox.answer_drafts import AnswerDraft


def in_parts(draft: AnswerDraft, most: int) -> list[AnswerDraft]:
    """The forms of `draft` in at most `most` messages of their own, none without a form.

    0 leaves the draft as it is. Sandbox messages are small enough to be held whole.
    """
    if not most:
        return [draft]
    whole = etree.parse(str(draft.path)).getroot()
    forms = list(whole)
    for form in forms:
        whole.remove(form)
    total = min(most, len(forms))
    drafts = []
    for part in range(1, total + 1):
        piece = draft.renamed(replace(draft.name, total=total, part=part))
        root = deepcopy(whole)
        root.extend(forms[(part - 1) * len(forms) // total : part * len(forms) // total])
        etree.ElementTree(root).write(str(piece.path), encoding="UTF-8", xml_declaration=True)
        drafts.append(piece)
    draft.path.unlink()
    return drafts
