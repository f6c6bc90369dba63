"""A report is filled in, generated, read and issued in the browser."""

import io
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from tests.web.conftest import Centre
from tests.web.test_look import READ_CLIPPED, READ_CONTRASTS, READ_SMALL_TARGETS

pytestmark = pytest.mark.browser
WRITING_MS = 90_000


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


@pytest.fixture
def report(centre: Centre) -> str:
    """Last month's report, which is late and has everything in it."""
    status, opened = centre.api.post("/reports", {"kind": "month", "day": "2025-03-10"})
    assert status == 200, opened
    made: str = opened["id"]
    return made


def test_a_report_is_filled_in_generated_issued_and_sent(page: Page, centre: Centre) -> None:
    centre.api.post("/reports", {"kind": "month", "day": "2025-03-10"})
    page.get_by_role("link", name="Báo cáo", exact=True).click()
    row = page.locator("[data-report=month-2025-03-01]")
    expect(row).to_contain_text("Báo cáo tháng 03 năm 2025")
    expect(row).to_contain_text("Trễ hạn")
    row.get_by_role("link").click()
    expect(page.get_by_text("Còn 8 mục chưa gửi hoặc chưa xác nhận")).to_be_visible()

    card = page.locator("[data-section=truyen_thanh]")
    card.get_by_role("button", name="Nhập số liệu").click()
    card.get_by_label("Tin bài phát thanh").fill("1.600")
    card.get_by_role("button", name="Gửi mục này").click()
    expect(card.get_by_role("alert")).to_contain_text("Tin bài phát thanh: nhập một số")
    card.get_by_label("Tin bài phát thanh").fill("42")
    card.get_by_label("Chuyên mục").fill("13")
    card.get_by_label("Lượt kiểm tra hệ thống loa").fill("8")
    card.get_by_label("Nội dung tuyên truyền trọng tâm").fill("<b>Ngày 22/12</b>")
    card.get_by_role("button", name="Gửi mục này").click()
    expect(card).to_have_attribute("data-state", "handed_in")
    expect(page.get_by_text("Còn 7 mục chưa gửi hoặc chưa xác nhận")).to_be_visible()

    data = page.locator("[data-section=quan_trac]")
    expect(data).to_contain_text("Tự động từ số liệu")
    expect(data.get_by_role("button", name="Nhập số liệu")).to_have_count(0)

    page.locator("[data-generate]").click()
    letter = page.locator("[data-letter='1']")
    expect(letter).to_contain_text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", timeout=WRITING_MS)
    expect(letter).to_contain_text("Nội dung tuyên truyền trọng tâm: <b>Ngày 22/12</b>")
    expect(letter).to_contain_text("chưa đủ số liệu để kết luận")
    with page.expect_download() as download:
        page.locator("[data-version='1']").get_by_role("link", name="Tải Word").click()
    content = Path(download.value.path()).read_bytes()
    assert "5. Hệ thống thông tin kinh tế - xã hội:" in [
        p.text for p in Document(io.BytesIO(content)).paragraphs
    ]

    life = page.locator("[data-part=life]")
    life.get_by_role("button", name="Ban hành").click()
    expect(life.get_by_role("alert")).to_contain_text("Nhập số văn bản")
    life.get_by_label("Số văn bản").fill("128")
    life.get_by_label("Ngày ban hành").fill("2025-04-02")
    life.get_by_role("button", name="Ban hành").click()
    issued = life.locator("[data-issued]")
    expect(issued).to_have_text("Số 128/ĐTTM, ngày 02/04/2025", timeout=WRITING_MS)
    expect(page.locator("[data-generate]")).to_have_count(0)
    page.locator("[data-version='2']").get_by_role("button", name="Khác bản trước").click()
    expect(page.locator("[data-changes]")).to_contain_text("2025-04-02")
    life.get_by_role("button", name="Ghi nhận đã gửi").click()
    expect(life.locator("[data-sent]")).to_be_visible()


@pytest.mark.parametrize("view", ["", "?view=preview"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1366, 768)])
def test_a_report_fits_the_screen_and_can_be_read_by_everybody(
    page: Page, centre: Centre, report: str, view: str, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{centre.base_url}/#/reports/{report}{view}")
    expect(page.locator("[data-letter]" if view else "[data-section=camera]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(READ_CLIPPED) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate(READ_CONTRASTS) == []
    if width == 390:
        assert page.evaluate(READ_SMALL_TARGETS) == []


def test_the_first_page_does_not_carry_the_reports(page: Page) -> None:
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert [name for name in fetched if "ReportPages" in name] == []


def test_a_report_that_failed_says_why_and_is_made_at_the_next_attempt(
    page: Page, centre: Centre
) -> None:
    _, opened = centre.api.post("/reports", {"kind": "month", "day": "2025-05-10"})
    report = opened["id"]
    in_the_way = centre.process.log_file.parent / "reports" / report
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.write_text("a file where the report's folder belongs")
    page.goto(f"{centre.base_url}/#/reports/{report}")
    page.locator("[data-generate]").click()
    failure = page.locator("[data-failure=folder]")
    expect(failure).to_contain_text("kiểm tra dung lượng đĩa và quyền ghi", timeout=WRITING_MS)

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{centre.base_url}/#/reports")
    row = page.locator(f"[data-report={report}]")
    expect(row.locator("[data-failure=folder]")).to_contain_text("Chưa lập được từ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(READ_CLIPPED) == []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate(READ_CONTRASTS) == []
    in_the_way.unlink()
    row.get_by_role("button", name="Lập lại ngay").click()
    expect(row.locator("[data-failure]")).to_have_count(0, timeout=WRITING_MS)
    expect(row).to_contain_text("Bản 1")
