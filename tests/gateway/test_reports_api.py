"""Reports and exports over HTTP, on a running gateway with a real broker."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.peers.process import until

DAY = datetime.now(UTC).date().isoformat()


def put(centre: Centre, path: str, body: Any) -> tuple[int, Any]:
    headers = {"Content-Type": "application/json"}
    status, text, _ = centre.api.raw(f"/api/v1{path}", "PUT", json.dumps(body), headers)
    return status, json.loads(text)


@pytest.fixture(scope="module")
def report(centre: Centre) -> str:
    """A weekly report of this week."""
    status, opened = centre.api.post("/reports", {"kind": "week", "day": DAY})
    assert status == 200, opened
    made: str = opened["id"]
    return made


def test_the_current_reports_are_there_from_the_start(centre: Centre) -> None:
    def kinds() -> set[str]:
        return {one["kind"] for one in centre.api.get("/reports")["reports"]}

    until(lambda: kinds() == {"week", "month"})
    first = centre.api.get("/reports")["reports"][0]
    assert date.fromisoformat(first["first_day"]) <= datetime.now(UTC).date() + timedelta(days=1)


def test_a_report_is_filled_in_generated_issued_and_sent(
    centre: Centre, report: str, new_station: Callable[..., FakeStation]
) -> None:
    station = new_station("bao-cao")
    station.send(station.birth())
    station.send(station.scan(1))
    until(lambda: station.durable_seq() == 1)

    detail = centre.api.get(f"/reports/{report}")
    assert [section["number"] for section in detail["sections"]] == list(range(1, 11))
    assert detail["report"]["owed"] == 8
    body = {"values": {"thay_doi": "Không thay đổi."}, "text": "", "revision": 0}
    status, changed = put(centre, f"/reports/{report}/sections/ha_tang_ngam", body)
    assert (status, changed["report"]["owed"]) == (200, 7)
    assert put(centre, f"/reports/{report}/sections/ha_tang_ngam", body)[0] == 409

    preview = centre.api.get(f"/reports/{report}/preview")["letter"]
    assert "Trạm Thanh Hải" in json.dumps(preview, ensure_ascii=False)
    status, version = centre.api.post(f"/reports/{report}/generate", {})
    assert (status, version["number"]) == (200, 1)
    issue = {"number": "7", "issued_on": DAY}
    status, version = centre.api.post(f"/reports/{report}/issue", issue)
    assert (status, version["number"]) == (200, 2)
    status, again = centre.api.post(f"/reports/{report}/generate", {})
    assert (status, again["detail"]) == (409, f"{report} is issued and cannot be changed")

    path = f"/api/v1/reports/{report}/versions/2"
    status, content, headers = centre.api.binary(f"{path}/report.docx")
    assert status == 200
    assert headers["content-disposition"].startswith(f'attachment; filename="bao-cao-{report}-v2')
    assert "- Không thay đổi." in [p.text for p in Document(io.BytesIO(content)).paragraphs]
    status, content, _ = centre.api.binary(f"{path}/tables.xlsx")
    assert "Số liệu Trạm Thanh Hải" in load_workbook(io.BytesIO(content)).sheetnames
    changes = centre.api.get(f"/reports/{report}/versions/2/changes")["changes"]
    assert {"where": "Ngày ban hành", "before": "", "after": DAY} in changes

    status, sent = centre.api.post(f"/reports/{report}/sent", {"note": "thư điện tử"})
    assert (status, sent["state"]) == (200, "sent")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/reports/week-2024-12-99", None, 404),
        ("GET", "/reports/..%2f..%2fetc", None, 404),
        ("GET", "/reports/nothing", None, 422),
        ("POST", "/reports", {"kind": "week", "day": "2999-01-01"}, 422),
        ("POST", "/reports", {"kind": "week", "day": "2150-01-01"}, 422),
        ("POST", "/reports", {"kind": "year", "day": "2024-01-01"}, 422),
        ("POST", "/reports/week-2024-12-13/generate", {}, 404),
        ("POST", "/reports/week-2024-12-13/issue", {"number": "", "issued_on": DAY}, 422),
        ("GET", "/reports/week-2024-12-13/versions/1", None, 404),
        (
            "GET",
            "/stations/nowhere/readings.csv?channel=cod&from=2024-01-01&to=2024-01-02",
            None,
            404,
        ),
        ("GET", "/alarms.csv?from=2024-01-02&to=2024-01-01", None, 422),
        ("GET", "/alarms.exe?from=2024-01-01&to=2024-01-02", None, 422),
    ],
)
def test_nonsense_is_refused_in_one_sentence(
    centre: Centre, method: str, path: str, body: Any, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    text = None if body is None else json.dumps(body)
    answered, answer, _ = centre.api.raw(f"/api/v1{path}", method, text, headers)
    assert answered == status, answer
    assert "Traceback" not in answer
    assert "\n" not in json.loads(answer)["detail"]


def test_readings_and_alarms_come_as_files(
    centre: Centre, new_station: Callable[..., FakeStation]
) -> None:
    station = new_station("xuat-tep")
    since = datetime.now(UTC) - timedelta(minutes=5)
    station.send(station.birth())
    for seq in (1, 2):
        station.send(station.scan(seq))
    station.send(station.alarm(3, "raised", since))
    until(lambda: station.durable_seq() == 3)
    begin = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    end = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    span = f"from={begin}&to={end}"

    path = f"/api/v1/stations/xuat-tep/readings.csv?channel=cod&every=raw&{span}"
    _, content, headers = centre.api.binary(path)
    assert headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Thời điểm", "Giá trị (mg/l)"]
    assert [row[1] for row in rows[1:]] == ["51.0", "52.0"]
    _, content, _ = centre.api.binary(f"/api/v1/alarms.xlsx?{span}")
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert "xuat-tep" in [row[0].value for row in sheet.iter_rows(min_row=2)]
    for path in (f"events.csv?{span}", "completeness.csv"):
        status, content, _ = centre.api.binary(f"/api/v1/{path}")
        assert (status, content[:3]) == (200, b"\xef\xbb\xbf")


def test_a_centre_without_a_form_says_so(new_centre: Callable[..., Centre]) -> None:
    centre = new_centre(reports=None)
    assert centre.api.get("/reports") == {"configured": False, "reports": []}
    assert centre.api.post("/reports", {"kind": "week", "day": DAY})[0] == 404
