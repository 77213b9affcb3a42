"""A real headless Chromium that opens pages from the disk and tells of everything they ask for."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "writers"))

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1", "--window-size=1440,1000",
)  # fmt: skip

LOOK = """const done = arguments[0];
(async () => {
    for (const article of document.querySelectorAll('article.network')) {
        article.querySelector('details.body').open = true;
        article.scrollIntoView();
        while (!article.drawn) await new Promise(requestAnimationFrame);
    }
    scrollTo(0, 0);
    done();
})();"""


class Page:
    """One open page: run scripts on it, read its log, list what it asked for."""

    def __init__(self, start: Callable[[], Any]) -> None:
        self.start = start
        self.driver = start()

    def revive(self) -> None:
        """Start another browser where this one has died: a test that killed it fails alone, not all after it."""
        from selenium.common.exceptions import WebDriverException
        from urllib3.exceptions import HTTPError

        try:
            self.driver.get("about:blank")
        except (WebDriverException, HTTPError, OSError):
            self.quit()
            self.driver = self.start()

    def quit(self) -> None:
        """End the browser and its driver, dead or alive."""
        from selenium.common.exceptions import WebDriverException
        from urllib3.exceptions import HTTPError

        with suppress(WebDriverException, HTTPError, OSError):
            self.driver.quit()
        with suppress(ProcessLookupError):  # without its driver a browser would live on
            os.kill(self.driver.capabilities["goog:processID"], signal.SIGKILL)

    def open(self, content: bytes, folder: Path) -> Page:
        """Open a document from the disk, with logs emptied and until its script says that it is ready."""
        from selenium.webdriver.support.wait import WebDriverWait

        self.driver.get("about:blank")
        self.errors(), self.requests()
        path = folder / "page.html"
        path.write_bytes(content)
        self.address = path.as_uri()
        self.driver.get(self.address)
        WebDriverWait(self.driver, 60).until(lambda _: self.run("return document.documentElement.dataset.ready"))
        return self

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script, give what it returns."""
        return self.driver.execute_script(script, *arguments)

    def draw_all(self) -> None:
        """Open every network, look at it, and wait until it is drawn."""
        self.driver.execute_async_script(LOOK)

    def errors(self) -> list[str]:
        """Everything that was written to the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses of everything that was asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def media(self, **features: str) -> None:
        """Emulate what a reader prefers, such as a colour scheme."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})

    def width(self, columns: int) -> None:
        """Emulate a screen of so many pixels."""
        size = {"width": columns, "height": 1000, "deviceScaleFactor": 1, "mobile": columns < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def _browser() -> tuple[str, str]:
    """Find Chromium and its driver, or skip; where CI is set, a missing browser is a failure."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if browser and driver:
        return browser, driver
    reason = "there is no chromium with chromedriver on this machine"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests of a worker."""
    binary, chromedriver = _browser()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    def start() -> Any:
        options = webdriver.ChromeOptions()
        options.binary_location = binary
        for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service(chromedriver))
        driver.set_page_load_timeout(120)
        driver.set_script_timeout(120)
        return driver

    opened = Page(start)
    yield opened
    opened.quit()


@pytest.fixture
def page(browser: Page) -> Page:
    """The worker's browser, alive."""
    browser.revive()
    return browser
