"""A wall runs for a month: thousands of events of the stream leave its memory as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.peers.process import until
from tests.web.conftest import Centre

pytestmark = pytest.mark.browser
ROUND = 60
"""Alarms at once; a browser holds 256 events in its queue at the gateway."""
WARM_UP_ROUNDS = 18
ROUNDS = 34
MOST_GROWTH_BYTES = 1_500_000


@pytest.fixture(scope="module")
def centre(own_centre: Centre) -> Centre:
    return own_centre


def test_thousands_of_events_leave_the_heap_as_it_was(page: Page, centre: Centre) -> None:
    page.goto(f"{centre.base_url}/#/wall")
    expect(page.locator("[data-wall=live] article[data-station]")).to_have_count(3)
    page.evaluate(
        """() => {
          window.seen = 0;
          const second = new EventSource('/api/v1/stream');
          second.addEventListener('alarm', (event) => {
            if (!JSON.parse(event.data).active) window.seen += 1;
          });
          return new Promise((ready) => second.addEventListener('hello', ready, { once: true }));
        }"""
    )
    devtools = page.context.new_cdp_session(page)
    station = centre.stations["thanh-hai"]
    sent = 0
    begin = datetime.now(UTC) - timedelta(minutes=5)

    def flood(rounds: int) -> None:
        nonlocal sent
        for _ in range(rounds):
            for _ in range(ROUND):
                # Two alarms of one millisecond would be one.
                sent += 1
                since = begin + timedelta(milliseconds=sent)
                station.end_alarm(station.raise_alarm(99.0, since))
            until(arrived)

    def arrived() -> bool:
        return bool(page.evaluate("window.seen") >= sent)

    def heap_bytes() -> float:
        devtools.send("HeapProfiler.collectGarbage")
        devtools.send("HeapProfiler.collectGarbage")
        return float(devtools.send("Runtime.getHeapUsage")["usedSize"])

    flood(WARM_UP_ROUNDS)
    before = heap_bytes()
    flood(ROUNDS)
    grown = heap_bytes() - before

    assert sent >= 3_000, "each is raised and returns"
    assert grown <= MOST_GROWTH_BYTES, f"{before / 1e6:.1f} MB, then {grown / 1e6:+.1f} MB"
    expect(page.locator("[data-wall=live]")).to_be_visible()
