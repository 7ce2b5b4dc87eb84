"""Spans: what a watcher is told, and that nobody else pays for it."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fla_batch.system.telemetry import span
from tests.builders import inss
from tests.command_line import CommandLine, write_csv


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """Of this process: a provider can be set once only."""
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    return memory


@pytest.fixture
def spans(
    exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InMemorySpanExporter]:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "payroll")
    exporter.clear()
    yield exporter
    exporter.clear()


def names(spans: InMemorySpanExporter) -> list[str]:
    return [each.name for each in spans.get_finished_spans()]


def test_a_command_is_a_span_with_its_exit_code(
    fla: CommandLine, tmp_path: Path, spans: InMemorySpanExporter
) -> None:
    assert fla("check", write_csv(tmp_path / "bad.csv", [{"hours": "x"}])).code == 1
    (found,) = spans.get_finished_spans()
    assert found.name == "fla-batch check"
    assert dict(found.attributes or {}) == {"process.exit.code": 1}


@pytest.mark.parametrize("channel", ["sftp", "rest"])
def test_the_calls_of_the_channel_stand_within_their_command(
    fla: CommandLine, tmp_path: Path, spans: InMemorySpanExporter, channel: str
) -> None:
    assert fla("demo", "--channel", channel, "--dir", tmp_path / "demo").code == 0
    found = spans.get_finished_spans()
    (command,) = [each for each in found if each.name == "fla-batch demo"]
    wanted = {"sftp": "sftp writing", "rest": "rest PUT"}[channel]
    calls = [each for each in found if each.name == wanted]
    assert calls
    assert {each.parent.span_id for each in calls if each.parent} == {command.context.span_id}
    assert all(each.parent for each in calls)
    said = json.dumps([[each.name, dict(each.attributes or {})] for each in found])
    declared = (tmp_path / "demo").rglob("FI.*")
    workers = {
        part for path in declared for part in path.read_text().split(">") if part[:11].isdigit()
    }
    assert workers or channel == "rest"
    assert not [each for each in workers if each[:11] in said]


def test_no_national_number_and_no_text_of_an_error(spans: InMemorySpanExporter) -> None:
    number = inss()
    with pytest.raises(ValueError, match="of"), span("x", {"fla_batch.doing": f"of {number}"}):
        raise ValueError(f"of {number}")
    (found,) = spans.get_finished_spans()
    assert number not in found.to_json()
    assert (found.attributes or {})["error.type"] == "ValueError"
    assert not found.status.is_ok
    assert not found.events


def test_a_command_line_is_not_told(fla: CommandLine, spans: InMemorySpanExporter) -> None:
    fla("anomalies", "--inss", inss())
    fla("amonalies", inss())
    assert names(spans) == ["fla-batch anomalies", "fla-batch"]
    assert inss() not in json.dumps([each.to_json() for each in spans.get_finished_spans()])


def child(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; from fla_batch.cli.edge import run; code = run(sys.argv[1:]);"
        "print(sum(name.startswith('opentelemetry') for name in sys.modules)); sys.exit(code)"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_is_imported_unless_it_is_asked_for() -> None:
    assert child("schema", "list").stdout.split()[-1] == "0"
    assert int(child("schema", "list", OTEL_TRACES_EXPORTER="none").stdout.split()[-1]) > 0


def test_spans_reach_a_collector() -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Collector) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}"
            done = child(
                "schema",
                "list",
                OTEL_EXPORTER_OTLP_ENDPOINT=address,
                OTEL_EXPORTER_OTLP_COMPRESSION="none",
            )
        finally:
            server.shutdown()
            running.join()
    assert done.returncode == 0, done.stderr
    assert [path for path, _ in received] == ["/v1/traces"]
    assert b"fla-batch schema" in received[0][1]


def test_a_collector_that_is_not_there_fails_no_command() -> None:
    done = child("schema", "list", OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert done.returncode == 0
