"""What is known of workers: rights, trainings, credit by year, and the account to print."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from fla_batch.report.training_account import Chosen, TrainingAccount, training_accounts
from fla_batch.report.training_account_page import (
    RIGHT_HEADINGS,
    TRAINING_HEADINGS,
    account_page,
    credit_years,
    rights_rows,
    training_rows,
    words,
)
from fla_batch.ui.page_state import PageState
from fla_batch.ui.rendering import language_of, page, state_of
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.errors import UsageMistake

_MOST = 200


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
        credits=list(credit_years(account)),
        tables=[
            (word["rights"], RIGHT_HEADINGS, list(rights_rows(account, word))),
            (word["trainings"], TRAINING_HEADINGS, list(training_rows(account, language))),
        ],
    )


def printed(request: Request) -> Response:
    """The same as a page of its own, to print."""
    account = _account(request)
    at = _local_now(state_of(request))
    content = account_page(account, at, language_of(request))
    # It brings its own style with it, and nothing else.
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    return HTMLResponse(content, headers={"content-security-policy": policy})


def _account(request: Request) -> TrainingAccount:
    state = state_of(request)
    chosen = Chosen((request.path_params["company_id"],), (request.path_params["inss"],))
    with state.workspace() as workspace:
        accounts = training_accounts(
            workspace.ledger,
            workspace.environment,
            _local_now(state),
            chosen=chosen,
            windows=workspace.rules.windows,
        )
        found = next(accounts, None)
    if found is None:
        raise UsageMistake("nothing is known of that worker", hint="See the list of workers.")
    return found


def _local_now(state: PageState) -> datetime:
    return belgian(state.clock()).replace(tzinfo=None)


ROUTES = [
    Route("/workers", workers),
    Route("/workers/{company_id}/{inss}", worker),
    Route("/workers/{company_id}/{inss}/account.html", printed),
]
