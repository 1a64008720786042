"""The browser of the tests: a Chromium of the system, driven by Playwright."""

import os
import shutil

from places import NODE

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = NODE / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = os.environ.get("KEIRYOKA_SCREENSHOTS")
