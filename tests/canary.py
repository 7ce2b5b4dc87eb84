"""What a traceback of ours would show, locals included: no secret may be in it."""

from __future__ import annotations

import traceback


def shown_by(error: BaseException) -> str:
    """Message, representation, hint, and all frames of the package with their locals."""
    told = [str(error), repr(error), str(getattr(error, "hint", ""))]
    link: BaseException | None = error
    while link is not None:
        summary = traceback.TracebackException.from_exception(link, capture_locals=True)
        told += [str(link)]
        told += [
            f"{frame.name} {frame.locals}"
            for frame in summary.stack
            if "/tests/" not in frame.filename
        ]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return "\n".join(told)
