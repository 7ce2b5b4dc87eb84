"""Messages of the portal for tests: builders, hypothesis strategies, official files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from fla_batch.answers import portal_writer as writer
from fla_batch.answers.acknowledgement import Acknowledgement
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyLocation, AnomalyReport, NotificationForm
from fla_batch.system.xmlsafe import plain_text

OFFICIAL = Path(__file__).parents[3] / "shared" / "official"
PORTAL_SCHEMAS = Path(__file__).parents[2] / "schemas" / "portal"
NOW = datetime(2025, 3, 1, 9, 15, 0, 123000, tzinfo=UTC)
GO_NAME = "GO.FLAD.123456.20250301.00001.S.1"
TICKET = PortalReference("1", "2", "340000JEDT00A")


def official(name: str) -> Path:
    """A file of the portal, or a skip that says why."""
    path = OFFICIAL / name
    if not path.is_file():
        pytest.skip(f"the portal's {name} does not lie beside the project")
    return path


def notification_form(**changes: Any) -> NotificationForm:
    """An accepted form with nothing optional, and whatever is asked for."""
    values: dict[str, Any] = {
        "header": PortalHeader.at(NOW, "NOTI001", "FA"),
        "result_code": "1",
        "handled_reference": TICKET,
    }
    return NotificationForm(**{**values, **changes})


def notification(*forms: NotificationForm) -> BytesIO:
    """A NOTIFICATION message, ready to be read."""
    stream = BytesIO()
    writer.write_notification(stream, forms)
    stream.seek(0)
    return stream


def acknowledgement(**changes: Any) -> Acknowledgement:
    """A positive acknowledgement, and whatever is asked for."""
    values: dict[str, Any] = {
        "header": PortalHeader.at(NOW, "ACRF001", "FA"),
        "file_reference": FileReference(GO_NAME, "2", "3400001Y1P01G"),
        "result_code": "1",
    }
    return Acknowledgement(**{**values, **changes})


def acknowledgements(*forms: Acknowledgement) -> BytesIO:
    """An ACRF message, ready to be read."""
    stream = BytesIO()
    writer.write_acknowledgements(stream, forms)
    stream.seek(0)
    return stream


def texts(longest: int) -> st.SearchStrategy[str]:
    """Texts that XML can hold and that reading does not change."""
    return st.text(min_size=1, max_size=longest).filter(
        lambda text: plain_text(text).strip() == text
    )


_digits = st.text("0123456789", min_size=1, max_size=8)
_hours = st.times().map(lambda hour: hour.replace(microsecond=hour.microsecond // 1000 * 1000))
_dates = st.dates(min_value=date(1900, 1, 1))
_company_ids = st.integers(1, 1_999_999_943).map(lambda number: f"{number:010d}")
_inss = st.integers(1, 10**11 - 1).map(lambda number: f"{number:011d}")


def headers(identification: str, type_form: str) -> st.SearchStrategy[PortalHeader]:
    """Headers of forms, whole as the portal's schema wants them."""
    return st.builds(
        PortalHeader, st.just(identification), _dates, _hours, st.just("0"), st.just(type_form)
    )


acknowledgement_forms = st.builds(
    Acknowledgement,
    headers("ACRF001", "PA"),
    st.builds(FileReference, texts(64), st.none() | st.just("2"), st.none() | texts(20)),
    st.sampled_from("01"),
    st.lists(texts(9), max_size=3).map(tuple),
)

_paths = st.builds(
    writer.identifying_path,
    st.none() | _company_ids,
    st.none() | _inss,
    st.none() | st.integers(1900, 9999),
)
_reports = st.builds(
    AnomalyReport,
    texts(9),
    tag_name=st.none() | texts(20),
    value=st.none() | texts(20),
    anomaly_class=st.none() | st.sampled_from(["B", "P", "NP", "W", "NB", "D", "I"]),
    anomaly_label=st.none() | texts(500),
    location=st.none()
    | st.builds(
        AnomalyLocation,
        st.none() | st.integers(1, 10**15 - 1).map(str),
        st.none() | st.integers(1, 10**15 - 1).map(str),
        st.none() | texts(200),
    ),
    path=_paths,
    has_system_correction=st.just(False),  # never written
)


@st.composite
def notification_forms(draw: st.DrawFn) -> NotificationForm:
    """Forms of a NOTIFICATION within the bounds of the portal's schema."""
    company_id = draw(st.none() | _company_ids)
    references = st.builds(
        PortalReference, st.just("1"), st.sampled_from("12"), st.none() | texts(64)
    )
    return notification_form(
        header=draw(headers("NOTI001", "RE")),
        result_code=draw(st.sampled_from("012")),
        file_reference=draw(
            st.none() | st.builds(FileReference, texts(64), st.just("2"), st.none())
        ),
        sender_id=draw(st.none() | st.integers(1, 999_999).map(lambda number: f"{number:06d}")),
        handled_original_form=draw(
            st.none() | headers("FLA001", "SU") | st.just(PortalHeader("FLA002"))
        ),
        references=tuple(draw(st.lists(references, max_size=4))),
        noss_registration_nbr=draw(_digits) if company_id else None,
        company_id=company_id,
        inss=draw(st.none() | _inss),
        concerned_quarter=draw(st.none() | st.just("20251")),
        handled_reference=draw(references),
        diagnoses=tuple(draw(st.lists(st.sampled_from("0123456789"), max_size=3))),
        anomaly_reports=tuple(draw(st.lists(_reports, max_size=3))),
        application_data=draw(
            st.none() | st.just('<Own xmlns="urn:x"><Zone>é &amp; 1</Zone></Own>')
        ),
    )
