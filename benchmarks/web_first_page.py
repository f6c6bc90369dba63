"""How soon the first page can be used in Chromium, from an empty cache and from a full one.

«Usable» is when the live values of all three stations stand on the page and the main thread is
free again: from the navigation's start to the task after the frame with the 24th channel. The
link is this machine's loopback; the gateway, the broker and the browser share its cores. The
budget is 1,500 ms.
"""

import argparse
import contextlib
import gzip
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import percentile, verdict
from tests.web.conftest import CHROMIUM, running_centre, sign_in
from tests.web.node import BUILT, install_and_build

BUDGET_MS = 1_500.0
CHANNELS = 24
WHEN_USABLE = """(channels) => new Promise((done) => {
  const look = () => {
    if (document.querySelectorAll('li[data-channel][data-stale=false]').length >= channels) {
      requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    } else requestAnimationFrame(look);
  };
  look();
})"""


def main() -> int:
    """Measure both kinds of visit and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="five visits")
    options = parser.parse_args()
    visits = 5 if options.quick else options.visits
    folder = Path(tempfile.mkdtemp(prefix="first-page-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        install_and_build(folder)
        centre = stack.enter_context(running_centre(folder))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        stack.callback(browser.close)
        empty = [fresh_visit(browser, centre.base_url) for _ in range(visits)]
        context = signed_in(browser, centre.base_url)
        visit(context, centre.base_url)
        full = [visit(context, centre.base_url) for _ in range(visits)]
    print(f"first page: {transferred_kb():.0f} kB gzip of script and style")
    print(f"{'cache':>6}{'p50 ms':>9}{'p95 ms':>9}  budget {BUDGET_MS:.0f} ms at p95")
    for name, times in (("empty", empty), ("full", full)):
        late = percentile(times, 0.95)
        print(f"{name:>6}{percentile(times, 0.5):>9.0f}{late:>9.0f}  {verdict(late, BUDGET_MS)}")
    return 0


def signed_in(browser: Browser, url: str) -> BrowserContext:
    """Return a browser with an empty cache, in which somebody has signed in."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    sign_in(context, url)
    return context


def fresh_visit(browser: Browser, url: str) -> float:
    """Return milliseconds to a usable page for a browser that has never been here."""
    context = signed_in(browser, url)
    try:
        return visit(context, url)
    finally:
        context.close()


def visit(context: BrowserContext, url: str) -> float:
    """Return milliseconds from the navigation to a usable page."""
    page = context.new_page()
    try:
        page.goto(url, wait_until="commit")
        return float(page.evaluate(WHEN_USABLE, CHANNELS))
    finally:
        page.close()


def transferred_kb() -> float:
    """Return the size of what the first page loads at once, compressed, in kB."""
    names = {path for path in BUILT.glob("assets/index-*") if path.suffix in (".js", ".css")}
    text = (BUILT / "index.html").read_text()
    names |= {path for path in BUILT.glob("assets/*") if f"/assets/{path.name}" in text}
    return sum(len(gzip.compress(path.read_bytes())) for path in names) / 1_000


if __name__ == "__main__":
    sys.exit(main())
