"""What is known of workers and employers: rights, trainings, credit, and accounts to print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from fla_batch.report.account_files import YEAR_HEADINGS, account_table, year_rows
from fla_batch.report.training_account import Chosen, TrainingAccount, training_accounts
from fla_batch.report.training_account_page import (
    RIGHT_HEADINGS,
    TRAINING_HEADINGS,
    account_page,
    accounts_page,
    credit_years_of,
    rights_rows,
    training_rows,
    words,
)
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import language_of, page, state_of
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.errors import UsageMistake

_MOST = 200
_OWN_STYLE = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
}
"""A page to print brings its style with it, and nothing else."""


def workers(request: Request) -> Response:
    """Those of whom something is known, by employer; found by the beginning of their number."""
    state = state_of(request)
    wanted = "".join(each for each in request.query_params.get("number", "") if each.isdigit())
    found: list[tuple[str, str]] = []
    if state.can_send:
        with state.workspace() as workspace:
            ledger, here = workspace.ledger, workspace.environment
            keys = {(key.company_id, key.inss) for key in ledger.held_keys(here)}
            keys |= set(ledger.told_workers(here))
        fitting = (key for key in sorted(keys) if any(each.startswith(wanted) for each in key))
        found = list(islice(fitting, _MOST + 1))
    return page(
        request, "workers.html", found=found[:_MOST], more=len(found) > _MOST, wanted=wanted
    )


def worker(request: Request) -> Response:
    """One account."""
    account, language = _account(request), language_of(request)
    word = words(language)
    return page(
        request,
        "worker.html",
        account=account,
        word=word,
        credits=credit_years_of([account]),
        tables=[
            (word["rights"], RIGHT_HEADINGS, list(rights_rows(account, word))),
            (word["trainings"], TRAINING_HEADINGS, list(training_rows(account, language))),
        ],
    )


def employer(request: Request) -> Response:
    """The accounts of an employer's workers, year by year, and their credit together."""
    state, language = state_of(request), language_of(request)
    company_id = request.path_params["company_id"]
    with _accounts(state, Chosen((company_id,))) as found:
        accounts = list(found)
    if not accounts:
        raise UsageMistake("nothing is known of that employer", hint="See the list of workers.")
    rows = [(one.inss, row) for one in accounts for row in year_rows(one, language)]
    return page(
        request,
        "employer.html",
        company_id=company_id,
        word=words(language),
        count=len(accounts),
        credits=credit_years_of(accounts),
        names=YEAR_HEADINGS,
        rows=rows[:_MOST],
        more=len(rows) > _MOST,
    )


def printed(request: Request) -> Response:
    """The same of one worker as a page of its own, to print."""
    content = account_page(_account(request), _local_now(state_of(request)), language_of(request))
    return HTMLResponse(content, headers=_OWN_STYLE)


def all_printed(request: Request) -> Response:
    """The accounts of all workers of an employer, to print."""
    state, language = state_of(request), language_of(request)
    company_id = request.path_params["company_id"]

    def content() -> Iterator[str]:
        with _accounts(state, Chosen((company_id,))) as found:
            yield from accounts_page(company_id, found, _local_now(state), language)

    return StreamingResponse(content(), media_type="text/html", headers=_OWN_STYLE)


def tabulated(request: Request) -> Response:
    """The same as a table for a spreadsheet."""
    company_id = request.path_params["company_id"]
    with _accounts(state_of(request), Chosen((company_id,))) as found:
        content = account_table(found, language_of(request))
    headers = {"content-disposition": f'attachment; filename="accounts-{company_id}.csv"'}
    return Response(content, media_type="text/csv", headers=headers)


def _account(request: Request) -> TrainingAccount:
    chosen = Chosen((request.path_params["company_id"],), (request.path_params["inss"],))
    with _accounts(state_of(request), chosen) as accounts:
        found = next(accounts, None)
    if found is None:
        raise UsageMistake("nothing is known of that worker", hint="See the list of workers.")
    return found


@contextmanager
def _accounts(state: PageState, chosen: Chosen) -> Iterator[Iterator[TrainingAccount]]:
    with state.workspace() as workspace:
        yield training_accounts(
            workspace.ledger,
            workspace.environment,
            _local_now(state),
            chosen=chosen,
            windows=workspace.rules.windows,
        )


def _local_now(state: PageState) -> datetime:
    return belgian(state.clock()).replace(tzinfo=None)


ROUTES = [
    Route("/workers", workers),
    Route("/employers/{company_id}", employer),
    Route("/employers/{company_id}/accounts.html", all_printed),
    Route("/employers/{company_id}/accounts.csv", tabulated),
    Route("/workers/{company_id}/{inss}", worker),
    Route("/workers/{company_id}/{inss}/account.html", printed),
]
