"""`ui`: the page for payroll officers."""

from __future__ import annotations

from pathlib import Path

import click

from fla_batch.cli.edge import say
from fla_batch.cli.options import EXISTING_FILE, Shared, now, port_option, shared
from fla_batch.vocabulary.errors import ConfigurationMistake


@click.command()
@port_option("--port", 0, "Port on loopback; by default a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the link.")
@click.option(
    "--listen",
    metavar="ADDRESS:PORT|unix:PATH",
    help="For a team behind a reverse proxy: a socket, or an address with TLS.",
)
@click.option("--origin", metavar="URL", help="With --listen: the https address of browsers.")
@click.option("--tls-certificate", type=EXISTING_FILE, metavar="FILE", help="PEM, with its chain.")
@click.option("--tls-key", type=EXISTING_FILE, metavar="FILE", help="PEM, its owner's only.")
@click.option(
    "--api-token-file",
    type=EXISTING_FILE,
    metavar="FILE",
    help="Open /api to machines that send the token in FILE.",
)
@shared
def ui(
    port: int,
    no_browser: bool,
    listen: str | None,
    origin: str | None,
    tls_certificate: Path | None,
    tls_key: Path | None,
    api_token_file: Path | None,
    shared: Shared,
) -> int:
    """Open a page on which files are checked, mended, built and sent. Ctrl-C ends it.

    The link that is printed opens it once, in one browser, on this machine.
    """
    try:
        import jinja2  # noqa: F401
        import python_multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as missing:
        raise ConfigurationMistake(
            f"the page needs packages that are not installed ({missing.name})",
            hint="Install them: pip install 'fla-batch[ui]'",
        ) from None
    from fla_batch.ui.access import Access, read_token
    from fla_batch.ui.app import make_app
    from fla_batch.ui.page_state import PageState
    from fla_batch.ui.serving import Listening, link, open_browser, serve

    listening = Listening.of(listen, port, tls_certificate, tls_key, origin)
    token = read_token(api_token_file) if api_token_file else None
    settings = shared.settings
    configured = bool(settings.sender.number) or settings.uses_rest
    state = PageState(settings, configured, Path.cwd(), now, shared.language, shared.settings_file)
    with listening.bound() as bound:
        access = Access(frozenset({listening.origin(bound)}), token)
        address = link(listening.origin(bound), access)
        say(shared.words.line("page_link", link=address))
        if not no_browser:
            open_browser(address, settings.workspace.outbox)
        serve(make_app(state, access, shared.tell), listening, bound)
    return 0
