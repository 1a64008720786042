"""The browser of the tests: a Chromium of the system, driven by Playwright."""

import os
import shutil
from pathlib import Path

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = os.environ.get("KEIRYOKA_SCREENSHOTS")
