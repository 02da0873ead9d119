# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Add up what lit (.json) and pytest (.xml) report: ``N passed, N failed, N skipped``.

And ``N cases left out``, where a sample of the cases was run.
"""

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
    root = ET.parse(report).getroot()
    suites = list(root.iter("testsuite"))
    left_out = sum(
        int(p.get("value", 0)) for p in root.iter("property") if p.get("name") == "left_out"
    )
    total, errors, failures, skipped = (
        sum(int(suite.get(key, 0)) for suite in suites)
        for key in ("tests", "errors", "failures", "skipped")
    )
    failed = errors + failures
    return Counter(
        passed=total - failed - skipped, failed=failed, skipped=skipped, left_out=left_out
    )


if __name__ == "__main__":
    total = sum((count(Path(report)) for report in sys.argv[1:]), Counter[str]())
    counts = [f"{total[what]} {what}" for what in ("passed", "failed", "skipped")]
    if total["left_out"]:
        counts.append(f"{total['left_out']} cases left out (--all runs them)")
    print(", ".join(counts))
    sys.exit(total["failed"] > 0 or total["passed"] + total["skipped"] == 0)
