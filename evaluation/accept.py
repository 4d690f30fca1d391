"""Makes the latest report the accepted baseline. Usage: python -m evaluation.accept."""

from __future__ import annotations

import json
import sys

from evaluation.paths import BASELINE, OUTPUT, shown
from evaluation.report import read_report, without_messages


def main() -> int:
    """Returns the exit status."""
    report = read_report(OUTPUT / "latest" / "report.json")
    if report is None:
        print("There is no report yet. Run `make evaluate` first.", file=sys.stderr)
        return 1
    BASELINE.write_text(json.dumps(without_messages(report), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{shown(BASELINE)} now holds the figures of {report['created']} (commit {report['commit']}). Commit it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
