# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Add up what lit (.json) and pytest (.xml) report: ``N passed, N failed, N skipped``."""

import json
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

LIT = {
    "PASS": "passed",
    "FLAKYPASS": "passed",
    "XFAIL": "passed",
    "UNSUPPORTED": "skipped",
    "SKIPPED": "skipped",
    "EXCLUDED": "deselected",
}  # anything else, such as FAIL, XPASS, UNRESOLVED and TIMEOUT, is a failure


def count(report: Path) -> Counter[str]:
    """Count the tests of one report; a report that was not written is one failure."""
    if not report.exists():
        return Counter(failed=1)
    if report.suffix == ".json":
        return Counter(
            LIT.get(t["code"], "failed") for t in json.loads(report.read_text())["tests"]
        )
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    total, errors, failures, skipped = (
        sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "errors", "failures", "skipped")
    )
    failed = errors + failures
    return Counter(passed=total - failed - skipped, failed=failed, skipped=skipped)


if __name__ == "__main__":
    total = sum((count(Path(report)) for report in sys.argv[1:]), Counter[str]())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    sys.exit(total["failed"] > 0 or total["passed"] + total["skipped"] == 0)
