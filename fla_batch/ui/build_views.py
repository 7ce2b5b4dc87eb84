"""What would be sent of a file, each deletion confirmed by name, and building it."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fla_batch.commands.build import BuildResult, build
from fla_batch.commands.foresee_build import Foreseen, foresee
from fla_batch.rules import Removal
from fla_batch.ui.background_jobs import BackgroundJob, JobState
from fla_batch.ui.checking import how_of, start_check
from fla_batch.ui.dropped_files import DroppedFile
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import file_of, page, state_of
from fla_batch.vocabulary.errors import BlockedByAnomalies, UsageMistake


def outlook(request: Request) -> Response:
    """The page of what would be sent."""
    state, file = state_of(request), file_of(request)
    if state.can_send:
        state.jobs.start(f"foresee {file.id}", lambda job: _foreseen(state, file, job))
    return page(request, "build.html", file=file)


def foreseen(request: Request) -> Response:
    """What a build would do, or how far that is."""
    return _outcome(request, "foresee", "foreseeing.html", "foreseen.html")


def _foreseen(state: PageState, file: DroppedFile, job: BackgroundJob) -> Foreseen:
    with state.workspace() as workspace:
        return foresee(workspace, [file.path], how=how_of(state, file), counted=job)


async def begin(request: Request) -> Response:
    """Build it; what is deleted is exactly what was confirmed."""
    form = await request.form()
    return await run_in_threadpool(_begin, request, form)


def _begin(request: Request, form: FormData) -> Response:
    state, file = state_of(request), file_of(request)
    before = state.jobs.last(f"foresee {file.id}")
    found = before.result if before is not None else None
    if not isinstance(found, Foreseen):
        raise UsageMistake("the server was started anew", hint="Load the page once more.")
    numbers = [number for number in map(str, form.getlist("removal")) if _is_one(number, found)]
    confirmed = [found.removals[int(number)] for number in dict.fromkeys(numbers)]
    left = len(found.removals) - len(confirmed)
    if left and not form.get("without"):
        raise BlockedByAnomalies(
            f"{left} of {len(found.removals)} deletions were not confirmed, so nothing was built",
            hint="Confirm each deletion that is meant, or put the rows back into the file.",
        )
    skip = bool(form.get("without"))
    state.jobs.start(f"build {file.id}", lambda job: _built(state, file, job, confirmed, skip))
    return building(request)


def _is_one(number: str, found: Foreseen) -> bool:
    return number.isascii() and number.isdigit() and int(number) < len(found.removals)


def _built(
    state: PageState, file: DroppedFile, job: BackgroundJob, confirmed: list[Removal], skip: bool
) -> BuildResult:
    with state.workspace() as workspace:
        result = build(
            workspace,
            [file.path],
            skip_blocked=skip,
            allowed_removals=confirmed,
            how=how_of(state, file),
            counted=job,
        )
    if result.batches:
        file.was_built(str(batch.name) for batch in result.batches)
        file.checked = None
        start_check(state, file)
    return result


def building(request: Request) -> Response:
    """What became of the build, or how far it is."""
    return _outcome(request, "build", "building.html", "built.html")


def _outcome(request: Request, work: str, busy: str, ended: str) -> Response:
    """The `ended` page of what became of a job; as long as it runs the `busy` one."""
    state, file = state_of(request), file_of(request)
    job = state.jobs.last(f"{work} {file.id}")
    if job is None:
        raise UsageMistake("the server was started anew", hint="Load the page once more.")
    job.wait(2)
    if job.state is JobState.RUNNING:
        return page(request, busy, file=file, job=job)
    if job.trouble is not None:
        raise job.trouble
    return page(request, ended, file=file, result=job.result)


ROUTES = [
    Route("/files/{file_id}/build", outlook),
    Route("/files/{file_id}/foreseen", foreseen),
    Route("/files/{file_id}/build", begin, methods=["POST"]),
    Route("/files/{file_id}/building", building),
]
