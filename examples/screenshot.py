# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes the picture of the demo's report that stands in the README.

./dev screenshot
"""

from __future__ import annotations

import shutil
from pathlib import Path

from demo import BUILD
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).resolve().parent.parent / "docs/report.png"
SIZE = {"width": 1180, "height": 1290}
LEFT_OUT = "nav, #activity, #graph > p, #graph details"


def main() -> None:
    """Writes docs/report.png."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport=SIZE)
        page.goto((BUILD / "report.html").as_uri())
        page.evaluate("snnReport.ready")
        page.add_style_tag(content=f"{LEFT_OUT} {{ display: none }}")
        step = page.get_by_role("button", name="Step", exact=True)
        for _ in range(page.evaluate("snnReport.data.runs[0].steps")):
            step.click()
        page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
        page.screenshot(path=PICTURE)
        browser.close()
    print(f"{PICTURE.name}: {PICTURE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
