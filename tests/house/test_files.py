"""What every file of the house keeps to: size, name, first line, language, and no trace of a machine."""

import ast
import re
import sys
from pathlib import Path

from tests.house.tree import PACKAGES, ROOT, modules, programme_modules, project_files

LINES = 400
TEST_LINES = 600
"""A table of cases may be longer than a module; a migration is as long as the schema."""
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
# Han characters, their punctuation and full-width forms.
CHINESE = re.compile("[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")
# Written so that this file does not find itself.
PACKAGE_INDEX = re.compile(
    r"index[-_]url|/simple[/]|//registry[.]|//pypi[.]|//files[.]pythonhosted", re.IGNORECASE
)
MACHINE_PATH = re.compile(r"(?<![\w./])/(?:root|home/\w+|Users/\w+|tmp/\w+)/")


def test_no_module_is_two_ideas_long() -> None:
    long = [
        f"{module.path}: {lines} lines"
        for module in modules()
        if "migrations/versions" not in str(module.path)
        and (lines := module.text.count("\n"))
        > (TEST_LINES if str(module.path).startswith("tests") else LINES)
    ]

    assert long == [], f"A file of over {LINES} lines is two files."


def test_module_names_say_something() -> None:
    empty = [
        module.path
        for module in modules()
        if EMPTY_NAMES.intersection(Path(module.path).with_suffix("").parts)
    ]

    assert empty == []


def test_module_names_are_not_the_standard_librarys() -> None:
    shadows = [
        module.path
        for module in modules()
        if set(Path(module.path).with_suffix("").parts) & (sys.stdlib_module_names - set(PACKAGES))
        and not module.path.endswith(("__init__.py", "__main__.py"))
    ]

    assert shadows == []


def test_modules_begin_with_a_sentence() -> None:
    silent = [
        module.path
        for module in modules()
        if module.text
        and not (module.text.startswith('"""') and first_line(module.tree).endswith((".", "?", "!")))
    ]

    assert silent == [], (
        "The first line of a module is a docstring and one sentence that says what the file is."
    )


def first_line(tree: ast.Module) -> str:
    """Return the first line of a module's docstring, or nothing."""
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def test_chinese_stands_in_templates_and_packs_only() -> None:
    chinese = [
        f"{module.path}:{number}"
        for module in programme_modules()
        for number, line in enumerate(module.text.splitlines(), start=1)
        if CHINESE.search(line)
    ]

    assert chinese == [], "Chinese text lives in templates and in TOML, not in Python."


def test_no_file_names_a_package_index_or_a_path_of_a_machine() -> None:
    traces = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in project_files()
        if not name.endswith((".svg", ".png"))
        for number, line in enumerate((ROOT / name).read_text(errors="ignore").splitlines(), start=1)
        if PACKAGE_INDEX.search(line)
        or MACHINE_PATH.search(line)
        or (len(ROOT.parts) > 2 and f"{ROOT}/" in line)
    ]

    assert traces == []
