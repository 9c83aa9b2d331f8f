"""The assignment problem: each row gets a column of its own so that the sum of costs is least."""

from collections.abc import Sequence

_NO_ROW = -1


def cheapest(costs: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the column of each row at the least total cost; rows may be fewer than columns, not more.

    The Hungarian method with potentials, in whole numbers: O(rows^2 * columns). The same matrix always gives the same
    answer. Raises ``ValueError`` for a ragged matrix or more rows than columns.
    """
    if not costs:
        return ()
    width = len(costs[0])
    if any(len(row) != width for row in costs) or len(costs) > width:
        raise ValueError("costs need equal rows, no more of them than columns")
    row_price = [0] * len(costs)
    column_price = [0] * width
    row_of = [_NO_ROW] * width
    for row in range(len(costs)):
        _place(row, costs, row_price, column_price, row_of)
    column_of = {row: column for column, row in enumerate(row_of) if row != _NO_ROW}
    return tuple(column_of[row] for row in range(len(costs)))


def _place(
    row: int, costs: Sequence[Sequence[int]], row_price: list[int], column_price: list[int], row_of: list[int]
) -> None:
    """Give one more row a column along the cheapest alternating path, and keep the prices consistent."""
    width = len(row_of)
    slack: list[int | None] = [None] * width
    came_from = [_NO_ROW] * width
    visited: list[int] = []
    unvisited = list(range(width))
    here, last = row, _NO_ROW
    while True:
        for column in unvisited:
            reduced = costs[here][column] - row_price[here] - column_price[column]
            known = slack[column]
            if known is None or reduced < known:
                slack[column], came_from[column] = reduced, last
        delta, best = min((slack[column] or 0, column) for column in unvisited)
        row_price[row] += delta
        for column in visited:
            row_price[row_of[column]] += delta
            column_price[column] -= delta
        for column in unvisited:
            slack[column] = (slack[column] or 0) - delta
        visited.append(best)
        unvisited.remove(best)
        last, here = best, row_of[best]
        if here == _NO_ROW:
            break
    while last != _NO_ROW:
        previous = came_from[last]
        row_of[last] = row if previous == _NO_ROW else row_of[previous]
        last = previous
