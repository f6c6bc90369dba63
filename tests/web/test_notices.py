"""Recipients, the duty roster, deliveries and the test message, as an administrator uses them."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.peers.certificates import make_certificate
from tests.peers.smtp_sink import PASSWORD, USER, MailSink, smtp_sink
from tests.web.conftest import PATIENCE_MS, Centre, running_centre, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailSink]:
    certificate = make_certificate(tmp_path_factory.mktemp("certificate"), "localhost")
    with smtp_sink(certificate) as sink:
        sink.certificate = certificate[0]  # type: ignore[attr-defined]
        yield sink


@pytest.fixture(scope="module")
def centre(
    built_page: None, tmp_path_factory: pytest.TempPathFactory, mails: MailSink
) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("notices")
    password = folder / "mail-password"
    password.write_text(PASSWORD)
    section = {
        "smtp": {
            "host": "localhost",
            "port": mails.port,
            "ca_file": str(mails.certificate),  # type: ignore[attr-defined]
            "username": USER,
            "password": {"file": str(password)},
            "sender": "quantrac@example.vn",
        },
        "push": {"key_file": str(folder / "push.pem"), "contact": "mailto:it@example.vn"},
    }
    with running_centre(folder, notification=section) as centre:
        yield centre


@pytest.fixture
def phone(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    sign_in(context, base_url)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def test_a_recipient_is_added_tested_put_on_duty_and_told(
    page: Page, centre: Centre, mails: MailSink, phone: BrowserContext
) -> None:
    page.locator("button[data-account]").click()
    page.get_by_role("link", name="Thông báo").click()
    expect(page.get_by_text("Chưa có người nhận nào")).to_be_visible()
    page.get_by_role("button", name="Thêm người nhận").click()
    page.get_by_label("Tên").fill("Nguyễn Thị Lan")
    page.get_by_role("button", name="+ Thư điện tử").click()
    page.get_by_placeholder("Địa chỉ thư").fill("lan@example.vn")
    page.get_by_label("Cảnh báo quan trắc").check()
    page.get_by_role("button", name="Lưu").click()
    card = page.locator("[data-recipient=nguyen-thi-lan]")
    expect(card).to_contain_text("Cảnh báo quan trắc, từ mức thấp, mọi nơi")

    card.get_by_role("button", name="Gửi tin thử").click()
    expect(card).to_contain_text("đã gửi")
    assert mails.mails[-1]["Subject"] == "Tin thử từ hệ thống quan trắc"

    page.get_by_role("link", name="Lịch trực").click()
    page.get_by_role("button", name="Thêm lịch trực").click()
    page.get_by_label("Tên").fill("Trực ban IOC")
    page.get_by_role("button", name="Thêm ca").click()
    page.get_by_label("từ", exact=True).fill("0000")
    page.get_by_label("đến", exact=True).fill("2300")
    page.get_by_role("button", name="Lưu").click()
    roster = page.locator("[data-roster=truc-ban-ioc]")
    expect(roster.get_by_text("trống 23:00–24:00")).to_have_count(7)
    expect(roster.locator("[aria-current=date]")).to_have_count(1)

    asked = page.get_by_role("region", name="Ai sẽ được báo?")
    asked.get_by_role("button", name="Xem").click()
    told = asked.locator("[data-told=nguyen-thi-lan]")
    expect(told).to_contain_text("bậc 1 · thư điện tử")

    centre.stations["thanh-hai"].raise_alarm(88.0)
    page.get_by_role("link", name="Tin đã gửi").click()
    row = page.locator("li[data-delivery]").first
    expect(row).to_contain_text("COD vượt ngưỡng")
    expect(row).to_have_attribute("data-state", "sent")
    expect(row).to_contain_text("Nguyễn Thị Lan")

    small = phone.new_page()
    for tab in ("", "/duty", "/deliveries"):
        small.goto(f"{centre.base_url}/#/notices{tab}")
        expect(small.get_by_role("heading", name="Thông báo", exact=True)).to_be_visible()
        expect(
            small.locator("[data-recipient], [data-roster], [data-delivery]").first
        ).to_be_visible()
        assert small.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_fault_is_told_in_place_and_a_slip_deletes_nothing(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/notices")
    page.get_by_role("button", name="Thêm người nhận").click()
    page.get_by_label("Tên").fill("Trần Văn Minh")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("form [role=alert]")).to_have_text("Chọn ít nhất một kênh nhận.")
    page.get_by_role("button", name="+ Thư điện tử").click()
    page.get_by_placeholder("Địa chỉ thư").fill("nobody@example.vn")
    page.get_by_role("button", name="Lưu").click()
    card = page.locator("[data-recipient=tran-van-minh]")
    card.get_by_role("button", name="Gửi tin thử").click()
    expect(card).to_contain_text("không gửi được")
    expect(card).to_contain_text("máy chủ thư từ chối địa chỉ (550)")

    card.get_by_role("button", name="Sửa").click()
    page.get_by_label("Tên").fill("")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("form [role=alert]")).to_have_text("Ô “Tên”: chưa nhập.")
    expect(page.get_by_label("Tên")).to_be_focused()
    told = page.get_by_label("Tên").evaluate("e => e.validationMessage")
    assert told == "Ô “Tên”: chưa nhập."
    page.get_by_role("button", name="Hủy").click()

    card.get_by_role("button", name="Xóa").click()
    expect(card).to_be_visible()
    card.get_by_role("button", name="Bấm lần nữa để xóa").click()
    expect(card).to_have_count(0)


def test_what_the_gateway_refuses_is_said_in_vietnamese(page: Page, centre: Centre) -> None:
    headers = {"Content-Type": "application/json"}
    mail = {"kind": "email", "address": "hoa@example.vn"}
    hoa = json.dumps({"name": "Hoa", "channels": [mail]})
    duty = {"window": {"begin": "00:00", "end": "06:00"}, "recipient": "hoa"}
    roster = json.dumps({"name": "Trực đêm", "shifts": [duty]})
    root = "/api/v1/notification"
    assert centre.api.raw(f"{root}/recipients/hoa", "PUT", hoa, headers)[0] == 200
    assert centre.api.raw(f"{root}/rosters/truc-dem", "PUT", roster, headers)[0] == 200
    page.goto(f"{centre.base_url}/#/notices")
    card = page.locator("[data-recipient=hoa]")
    card.get_by_role("button", name="Xóa").click()
    card.get_by_role("button", name="Bấm lần nữa để xóa").click()
    expect(page.locator("main > .problem, main .problem").first).to_have_text(
        "Chưa lưu được: Người nhận này có tên trong lịch trực “Trực đêm”, hãy bỏ khỏi lịch trước."
    )
    card.get_by_role("button", name="Sửa").click()
    page.get_by_placeholder("Địa chỉ thư").fill("hoa@nowhere")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("form [role=alert]")).to_have_text(
        "Chưa lưu được: Ô “Địa chỉ thư”: không đúng dạng."
    )


def test_an_account_sets_its_own_quiet_hours(page: Page, centre: Centre) -> None:
    one = {
        "name": "Tôi",
        "account": "nguoi.thu",
        "channels": [{"kind": "push"}],
    }
    headers = {"Content-Type": "application/json"}
    path = "/api/v1/notification/recipients/toi"
    assert centre.api.raw(path, "PUT", json.dumps(one), headers)[0] == 200
    page.goto(f"{centre.base_url}/#/notices")
    own = page.get_by_role("form", name="Thông báo của tôi")
    own.get_by_role("button", name="Thêm khoảng giờ").click()
    own.get_by_role("button", name="Lưu").click()
    expect(own.get_by_role("status")).to_have_text("Đã lưu.")
    [kept] = [
        one["settings"]
        for one in centre.api.get("/notification/recipients")["recipients"]
        if one["id"] == "toi"
    ]
    assert kept["quiet"] == [{"weekdays": [], "begin": "22:00", "end": "06:00"}]


def test_every_tab_and_its_editor_fits_a_phone(
    page: Page, centre: Centre, phone: BrowserContext
) -> None:
    small = phone.new_page()
    for tab in ("recipients", "duty"):
        small.goto(f"{centre.base_url}/#/notices/{tab}")
        small.get_by_role("button", name="Sửa").first.click()
        expect(small.locator("form").first).to_be_visible()
        assert small.evaluate("document.documentElement.scrollWidth") <= 390
        low = small.evaluate(
            "[...document.querySelectorAll('main button, main select, main .field')]"
            ".filter((one) => one.offsetHeight > 0 && one.offsetHeight < 44).length"
        )
        assert low == 0
