"""`python -m bench [NAME …]`: measure, a table each; without a name everything."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = (
    "finding",
    "gating",
    "storing",
    "throughput",
    "passing",
    "memory",
    "growing",
    "restoring",
    "booking",
    "pages",
    "faults",
    "rolling",
)


def main() -> None:
    wanted = sys.argv[1:] or list(NAMES)
    unknown = set(wanted) - set(NAMES)
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there is {', '.join(NAMES)}")
    missed = [name for name in wanted if not import_module(f"bench.{name}").measure()]
    if missed:
        sys.exit(f"short of the target: {', '.join(missed)}")


if __name__ == "__main__":
    main()
