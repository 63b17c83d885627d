"""`python -m tests.bench [--only NAME] [--cases N]`: prints a table and writes var/bench.json.

Exit status 0 whatever the figures, 1 when a benchmark could not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.bench.database import prepare, prepare_afresh

if TYPE_CHECKING:
    from tests.bench.report import Result

# What changes its cases, or measures its memory, has a database and a process of its own.
APART = ("scoring", "jobs", "gate")
NAMES = ("list", "api", "export", "status", *APART)
DEFAULT_CASES = 10_000


def main() -> int:
    """Prepare the database first: the settings read the environment once."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=NAMES, help="one benchmark")
    parser.add_argument("--cases", type=int, default=DEFAULT_CASES, help=f"default {DEFAULT_CASES}")
    options = parser.parse_args()
    if options.cases < 1:
        parser.error("--cases: at least 1")
    own_environment = os.environ.copy()
    if options.only in APART:
        prepare_afresh(f"pocgate_bench_{options.only}")
        is_seeded = True
    else:
        is_seeded = prepare(options.cases)
    # Nothing of Django can be imported before its settings have their environment.
    from tests.bench.report import print_table, write_report
    from tests.bench.runs import run
    from tests.bench.seed import seed

    results, failed = [], False
    if not is_seeded:
        seed(options.cases)
    for name in [options.only] if options.only else NAMES:
        try:
            if name in APART and not options.only:
                results += _in_a_process_of_its_own(name, options.cases, own_environment)
            else:
                results += run(name, options.cases)
        except Exception:  # noqa: BLE001 - one that can not run must not hide the others
            traceback.print_exc()
            print(f"{name}: could not run", file=sys.stderr)
            failed = True
    print_table(results)
    write_report(results)
    return 1 if failed else 0


def _in_a_process_of_its_own(name: str, cases: int, environment: Mapping[str, str]) -> list[Result]:
    from tests.bench.report import read_report

    command = [sys.executable, "-m", "tests.bench", "--only", name, "--cases", str(cases)]
    subprocess.run(command, env=dict(environment), check=True)
    return read_report()


if __name__ == "__main__":
    sys.exit(main())
