"""Nothing in the bulk path is quadratic or holds the whole input. No timed test: four times the
input may take up to six times the processor, whatever the machine does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.jobs import Site
from tests.bench.measure import Measured
from tests.real_parts import real_part

SMALL, LARGE = 3_000, 12_000
MOST_MB = 400

JOBS: dict[str, Callable[[Site], Measured]] = {
    "build from Parquet": Site.build_parquet,
    "build from CSV": Site.build_csv,
    "XSD verdict": Site.validate_xsd,
    "validate": Site.validate,
    "poll": Site.poll,
}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Site]:
    real_part("xmllint")
    found = [Site(tmp_path_factory.mktemp(str(size)), size) for size in (SMALL, LARGE)]
    for site in found:
        site.prepare()
    return found[0], found[1]


@pytest.mark.xdist_group("bulk")
@pytest.mark.parametrize("job", JOBS)
def test_four_times_the_input_takes_no_more_than_six_times(
    job: str, sites: tuple[Site, Site]
) -> None:
    small, large = (JOBS[job](site) for site in sites)
    assert large.cpu_s < 6 * small.cpu_s
    assert large.peak_mb < MOST_MB


def test_signing_takes_the_same_memory_for_a_large_file(tmp_path: Path) -> None:
    site = Site(tmp_path, 10)
    site.prepare()
    assert site.sign(100_000_000).peak_mb < 100


def test_the_input_of_the_benchmark_is_what_it_says(sites: tuple[Site, Site]) -> None:
    small, _ = sites
    small.build_parquet()
    written = sum(path.read_bytes().count(b"<Form>") for path in small.parts())
    assert written == SMALL
