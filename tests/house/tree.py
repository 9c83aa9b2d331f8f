"""The files of the project as the tests about the house see them."""

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("models", "documents", "notifications", "tasks", "flows", "simulation", "console", "deploy")


@dataclass(frozen=True)
class Module:
    """A Python file: where it stands in the project, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The top-level folder the file stands in."""
        return self.path.split("/", maxsplit=1)[0]


@cache
def project_files() -> tuple[str, ...]:
    """Return what is committed or about to be, relative to the root; what is ignored is nobody's business.

    A checkout may belong to another user than the one who tests (a container): git is told that this is meant.
    """
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


@cache
def modules() -> tuple[Module, ...]:
    """Return every Python file of the project."""
    return tuple(
        Module(name, text, ast.parse(text, filename=name))
        for name in project_files()
        if name.endswith(".py")
        for text in [(ROOT / name).read_text(encoding="utf-8")]
    )


@cache
def programme_modules() -> tuple[Module, ...]:
    """Return the Python files that run, without tests and benchmarks."""
    return tuple(module for module in modules() if module.package in PACKAGES)
