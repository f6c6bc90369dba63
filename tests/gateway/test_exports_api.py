"""Tables over HTTP: what a list shows is what its file holds, and who took it is noted."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from gateway.access.permissions import Role
from gateway.api.downloads import file_name, refuse_too_many
from gateway.api.faults import Fault
from tests.gateway.conftest import Centre
from tests.gateway.station import FakeStation
from tests.gateway.visitor import new_person
from tests.peers.gateway import Api
from tests.peers.process import until

FORMULA = "=HYPERLINK(1)"
VIETNAMESE = re.compile(r"[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]")


def span() -> str:
    begin, end = (datetime.now(UTC) + timedelta(hours=hours) for hours in (-1, 1))
    return f"from={begin:%Y-%m-%dT%H:%M:%SZ}&to={end:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture(scope="module")
def station(centre: Centre) -> Any:
    """A station with two scans and an alarm that somebody took with a formula for a note."""
    fake = FakeStation(centre.broker_port, "xuat-bang")
    fake.send(fake.birth(heartbeat_s=60.0))
    for seq in (1, 2):
        fake.send(fake.scan(seq))
    fake.send(fake.alarm(3, "raised", datetime.now(UTC) - timedelta(minutes=5)))
    until(lambda: alarms_of(centre, "xuat-bang"))
    alarm = alarms_of(centre, "xuat-bang")[0]["id"]
    assert centre.api.post(f"/alarms/{alarm}/ack", {"note": FORMULA})[0] == 200
    yield fake
    fake.close()


def alarms_of(centre: Centre, station: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = centre.api.get("/alarms", state="all", station=station)["alarms"]
    return found


def fetched(api: Api, path: str, form: str) -> tuple[list[list[Any]], str]:
    """Return the cells of the first table of a file, and the file's name."""
    before, _, query = path.partition("?")
    status, content, headers = api.binary(f"/api/v1{before}.{form}?{query}")
    assert status == 200, content
    name = headers["content-disposition"].split('"')[1]
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig")))), name
    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()], name


def test_a_workbook_of_readings_has_numbers_and_times_of_the_site(
    centre: Centre, station: FakeStation
) -> None:
    path = f"/stations/xuat-bang/readings?channel=cod&every=raw&{span()}"
    rows, name = fetched(centre.api, path, "xlsx")
    assert rows[0][:2] == ["Thời điểm", "Giá trị (mg/l)"]
    assert [row[1] for row in rows[1:]] == [51.0, 52.0]
    assert all(isinstance(row[0], datetime) for row in rows[1:])
    assert rows[1][5:] == ["đang đo", "tốt"]
    assert re.fullmatch(
        r"so-lieu_xuat-bang_cod_\d{4}-\d\d-\d\d-\d{4}_den_\d{4}-\d\d-\d\d-\d{4}\.xlsx", name
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_of_alarms_follows_the_lists_filters_and_runs_nothing(
    centre: Centre, station: FakeStation, form: str
) -> None:
    rows, name = fetched(centre.api, f"/alarms?station=xuat-bang&{span()}", form)
    assert [row[0] for row in rows] == ["Trạm", "xuat-bang"]
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["Mức"], first["Cơ sở so sánh"]) == ("vượt ngưỡng", "giá trị đo")
    assert first["Ghi chú"] == (FORMULA if form == "xlsx" else f"'{FORMULA}")
    assert name.startswith("canh-bao_xuat-bang_")
    listed = alarms_of(centre, "xuat-bang")[0]["priority"]
    other = next(one for one in ("low", "medium", "high") if one != listed)
    none, _ = fetched(centre.api, f"/alarms?station=xuat-bang&priority={other}", form)
    assert len(none) == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "path",
    [
        "/stations/xuat-bang/readings?channel=cod&SPAN",
        "/alarms?state=open",
        "/events?verdict=none",
        "/completeness",
        "/alarm-kpis?SPAN",
        "/notification/deliveries?state=failed",
        "/audit?action=alarm_acknowledged",
    ],
)
def test_every_list_has_its_file_with_vietnamese_heads_and_a_line_in_the_audit(
    centre: Centre, station: FakeStation, path: str, form: str
) -> None:
    rows, name = fetched(centre.api.of("Lan"), path.replace("SPAN", span()), form)
    assert VIETNAMESE.search(" ".join(rows[0]).lower())
    assert name.endswith(f".{form}")
    action = "audit_exported" if path.startswith("/audit") else "table_exported"
    lines = centre.api.get("/audit", action=action, subject=f"export/{name}")["lines"]
    assert lines[0]["by"] == "service:Lan"
    assert re.match(r"\d+ rows: /api/v1/", lines[0]["detail"])


def test_a_report_taken_away_is_noted_with_its_version(centre: Centre) -> None:
    day = datetime.now(UTC).date().isoformat()
    _, report = centre.api.post("/reports", {"kind": "month", "day": day})
    _, version = centre.api.post(f"/reports/{report['id']}/generate", {})
    path = f"/api/v1/reports/{report['id']}/versions/{version['number']}"
    for file in ("report.docx", "tables.xlsx"):
        assert centre.api.of("Minh").binary(f"{path}/{file}")[0] == 200
    subject = f"report/{report['id']}"
    (line,) = centre.api.get("/audit", action="report_downloaded", subject=subject)["lines"]
    assert line["by"] == "service:Minh"
    assert version["sha256"] in line["detail"]
    tables = f"export/bang-bao-cao-{report['id']}-v{version['number']}.xlsx"
    assert centre.api.get("/audit", action="table_exported", subject=tables)["lines"]


def test_an_owner_takes_away_only_what_the_own_station_sent(
    centre: Centre, station: FakeStation, new_station: Callable[..., FakeStation], unique: str
) -> None:
    own = new_station(unique)
    own.send(own.birth(heartbeat_s=60.0))
    own.send(own.alarm(1, "raised", datetime.now(UTC) - timedelta(minutes=1)))
    until(lambda: alarms_of(centre, unique))
    owner, _ = new_person(centre.api, f"xuat.{unique}", Role.STATION_OWNER, stations=[unique])
    api = Api(centre.api.port, None)
    api.headers = {"Cookie": owner.cookie}
    for path in ("/alarms", "/completeness"):
        rows, _ = fetched(api, path, "csv")
        assert {row[0] for row in rows[1:]} == {unique}
    (status, content, _) = api.binary(f"/api/v1/alarm-kpis.csv?{span()}")
    assert status == 200
    assert "xuat-bang" not in content.decode()
    assert api.binary(f"/api/v1/stations/xuat-bang/readings.csv?channel=cod&{span()}")[0] == 404


@pytest.mark.parametrize(
    ("days", "name"),
    [
        ((1, 31), "x_thanh-hai_2026-10-01_den_2026-10-30"),
        ((1, 2), "x_thanh-hai_2026-10-01_den_2026-10-01"),
    ],
)
def test_a_name_says_the_first_and_the_last_day_that_is_in_the_file(
    days: tuple[int, int], name: str
) -> None:
    first, end = (datetime(2026, 10, day, tzinfo=UTC) - timedelta(hours=7) for day in days)
    span_ms = {"from_ms": first.timestamp() * 1000, "to_ms": end.timestamp() * 1000}
    whole = {key: round(value) for key, value in span_ms.items()}
    assert file_name("x", "thanh-hai", None, **whole) == name


def test_half_a_table_is_never_handed_out() -> None:
    refuse_too_many(5, 5)
    with pytest.raises(Fault, match="more than 5 rows") as refused:
        refuse_too_many(6, 5)
    assert (refused.value.status_code, refused.value.code) == (422, "too_many_rows")
