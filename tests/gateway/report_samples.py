"""A form, stations and readings for the tests of reports."""

from datetime import date, time
from pathlib import Path
from typing import Any

from gateway.database import births
from gateway.database.engine import Database
from gateway.reports.period import site_ms, week_of
from gateway.reports.settings import ReportSettings
from gateway.stores.interface import StoredScan
from gateway.stores.sqlite import SqliteStore
from quantrac_core.contracts.messages import Channel, Limit, Reading, StationStatus, utc_from_ms
from quantrac_core.contracts.quality import Quality, State

WEEK = week_of(date(2024, 12, 15), "friday")
FORM: dict[str, Any] = {
    "parent_agency": ["Ủy ban nhân dân thành phố", "Thành phố Mẫu"],
    "agency": ["Trung tâm điều hành ĐTTM"],
    "place": "Thành phố Mẫu",
    "number_pattern": "{number}/ĐTTM",
    "subject_week": "báo cáo tuần ({thoi_gian})",
    "subject_month": "báo cáo {thoi_gian}",
    "addressees": ["Ủy ban nhân dân thành phố", "Các phòng, ban"],
    "opening": "Trung tâm báo cáo tình hình trong {ky} ({thoi_gian}):",
    "part_title": "I. Công tác giám sát:",
    "closing": "Trên đây là tình hình trong {ky}",
    "recipients": ["Như trên", "Lưu: VT"],
    "signatory_title": ["Tổ trưởng"],
    "signatory_name": "Nguyễn Văn Mẫu",
    "sections": [
        {
            "key": "ho_so",
            "title": "Hồ sơ",
            "owner": "mot-cua",
            "owner_name": "Bộ phận Một cửa",
            "fields": [
                {"key": "moi", "name_vi": "Hồ sơ mới", "unit": "hồ sơ"},
                {"key": "loi", "name_vi": "Nhận xét", "kind": "text"},
            ],
            "lines": ["- Trong {ky} có {moi} hồ sơ mới; {loi}."],
        },
        {"key": "quan_trac", "title": "Quan trắc", "source": {"kind": "stations"}},
        {"key": "camera", "title": "Camera", "source": {"kind": "cameras"}},
        {
            "key": "phan_anh",
            "title": "Phản ánh",
            "owner": "phan-anh",
            "carry_over": False,
            "tables": [
                {"key": "bang", "columns": ["Lĩnh vực", "Nhận", "Xong"], "rows": ["Một", "Hai"]}
            ],
        },
    ],
}


def report_settings(folder: Path, **changes: Any) -> ReportSettings:
    """Return settings with the form above."""
    document = {"path": folder / "reports", "form": FORM, **changes}
    return ReportSettings.model_validate(document)


def birth(station: str = "thanh-hai", verified: bool = True) -> StationStatus:
    """Return the birth of a station with a limited COD and a pH without limits."""
    return StationStatus(
        station=station,
        state="online",
        boot_id="b",
        outbox_id="o",
        started_at=utc_from_ms(WEEK.from_ms),
        name_vi="Trạm Thanh Hải",
        kind="wastewater",
        poll_interval_s=60.0,
        channels=[
            Channel(
                "cod",
                "mg/l",
                "COD",
                "COD",
                limits=[Limit("limit", "high", 75.0, verified=verified)],
            ),
            Channel("ph", "", "pH", "pH"),
        ],
    )


def filled_store(folder: Path, database: Database, hours: int = 168) -> SqliteStore:
    """Return a store with a scan every ten minutes from the week's beginning; COD is 50 … 60."""
    store = SqliteStore(folder / "readings.db")
    scans = [
        StoredScan(
            "thanh-hai",
            WEEK.from_ms + n * 600_000,
            n + 1,
            n + 1,
            False,
            0,
            [
                Reading("cod", 50.0 + n % 11, "mg/l", State.MEASURING, Quality.GOOD),
                Reading("ph", 7.0, "", State.MEASURING, Quality.GOOD),
            ],
        )
        for n in range(hours * 6)
    ]
    store.write(scans)
    status = birth()
    status.poll_interval_s = 600.0
    with database.writing() as connection:
        births.keep(connection, status, WEEK.from_ms)
    return store


def at_site(day: date, hour: int, minute: int = 0) -> int:
    """Return a moment of the site's clock in milliseconds since 1970."""
    return site_ms(day, time(hour, minute))
