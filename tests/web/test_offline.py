"""The installed page: its shell is kept, values never are, and offline it says since when."""

import pytest
from playwright.sync_api import Page, expect

from tests.peers.process import until
from tests.web.conftest import Centre
from tests.web.test_installed import shell

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


def test_worker_keeps_the_shell_and_never_an_answer(page: Page) -> None:
    kept = until(
        lambda: page.evaluate(
            """async () => {
              const names = (await caches.keys()).filter((n) => n.startsWith('quantrac-shell-'));
              if (names.length !== 1) return null;
              const requests = await (await caches.open(names[0])).keys();
              return requests.map((one) => new URL(one.url).pathname);
            }"""
        )
    )
    assert sorted(kept) == sorted(shell())
    assert not any(path.startswith("/api/") or path == "/" for path in kept)


def test_offline_page_says_since_when_and_comes_back_by_itself(page: Page, centre: Centre) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
    centre.kill()
    page.reload()
    expect(page.get_by_role("heading", name="Mất kết nối với máy chủ")).to_be_visible()
    expect(page.locator("#since")).to_contain_text("Lần cuối nhận được số liệu:")
    centre.start()
    expect(page.locator("[data-link=live]")).to_be_visible()
