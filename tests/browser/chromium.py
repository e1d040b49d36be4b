"""The browser of the browser tests: found, or installed, or missed in one line.

`python tests/browser/chromium.py` is what `make test` runs first. Debian's package when we are root, Playwright's own
browser otherwise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """The path of a Chromium on this machine; None when there is none but perhaps Playwright's own."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def has_playwrights_own() -> bool:
    """Did Playwright install a browser of its own?"""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def install() -> bool:
    """Try to install one."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *words], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return bool(installed()) or has_playwrights_own()


if __name__ == "__main__":
    if installed() or has_playwrights_own():
        sys.exit(0)
    print("Installing Chromium for the browser tests …", file=sys.stderr)
    if not install():
        sys.exit("No Chromium: install the package chromium, or run .venv/bin/playwright install chromium")
