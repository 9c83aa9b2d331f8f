"""The engines that tests have made, so that a test's database is left by everybody before it is taken away."""

from sqlalchemy import Engine

_made: list[Engine] = []


def keep(engine: Engine) -> Engine:
    """Remembers an engine until the end of the test."""
    _made.append(engine)
    return engine


def close_all() -> None:
    """Closes every connection of the engines made since the last call."""
    while _made:
        _made.pop().dispose()
