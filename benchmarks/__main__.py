"""Runs every benchmark of this package in the order of names and prints what each measured."""

import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import benchmarks


def main(wanted: Sequence[str]) -> int:
    """Run the modules named, or all that have a `run()`, which returns (name, value, unit) tuples.

    Each has a process of its own: what one of them held in memory is not told of the next.
    """
    names = sorted(module.name for module in iter_modules(benchmarks.__path__))
    chosen = [name for name in names if not name.startswith("_") and (not wanted or name in wanted)]
    if len(chosen) > 1:
        ends = [subprocess.run([sys.executable, "-m", "benchmarks", one], check=False) for one in chosen]
        return max(end.returncode for end in ends)
    for name in chosen:
        _measure(name)
    return 0


def _measure(name: str) -> None:
    run = getattr(import_module(f"benchmarks.{name}"), "run", None)
    if run is None:
        return
    print(name, flush=True)
    for label, value, unit in run():
        print(f"  {label:<48} {value:>16,.3f} {unit}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
