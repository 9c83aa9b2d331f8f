"""The invented words of the cast, read from samples.toml."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def samples() -> dict[str, dict[str, Any]]:
    """All sample material by section."""
    return tomllib.loads(Path(__file__).with_name("samples.toml").read_text(encoding="utf-8"))


def text(name: str, **facts: object) -> str:
    """One sample text with its facts filled in."""
    return str(samples()["texts"][name]).format(**facts)
