"""The benchmarks run: what measures the house must not stand still while the house goes on."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("name", ["console", "rehearsal", "replay", "sweep", "todo", "watchman"])
def test_a_benchmark_measures_something(name: str) -> None:
    small = {"QIANSHOU_BENCH_STEPS": "4000", "QIANSHOU_BENCH_UNTIL": "2022-03-02T18:00"}

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", name],
        env={**os.environ, **small},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr, lines[:1]) == (0, "", [name])
    assert len(lines) > 1
