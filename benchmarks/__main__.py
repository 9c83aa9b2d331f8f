"""Runs every benchmark of this package in the order of names and prints what each measured."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules

import benchmarks


def main(wanted: Sequence[str]) -> None:
    """Run the modules named, or all that have a `run()`, which returns (name, value, unit) tuples."""
    for name in sorted(module.name for module in iter_modules(benchmarks.__path__)):
        if name.startswith("_") or (wanted and name not in wanted):
            continue
        run = getattr(import_module(f"benchmarks.{name}"), "run", None)
        if run is None:
            continue
        print(name)
        for label, value, unit in run():
            print(f"  {label:<48} {value:>16,.3f} {unit}")


if __name__ == "__main__":
    main(sys.argv[1:])
