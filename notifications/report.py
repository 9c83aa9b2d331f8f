"""What a run of the post did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DispatchReport:
    """Letters by what became of them in this run; `stopped` says why the run ended before its time.

    `archive_fault` says why letters in doubt could not be looked up in the archive; they wait as they are.
    `in_doubt` counts letters newly found in doubt, the light ones that were queued once more included.
    """

    sent: int = 0
    deferred: int = 0
    refused: int = 0
    dropped: int = 0
    in_doubt: int = 0
    stopped: str | None = None
    archive_fault: str | None = None

    def __add__(self, other: DispatchReport) -> DispatchReport:
        return DispatchReport(
            self.sent + other.sent,
            self.deferred + other.deferred,
            self.refused + other.refused,
            self.dropped + other.dropped,
            self.in_doubt + other.in_doubt,
            self.stopped or other.stopped,
            self.archive_fault or other.archive_fault,
        )
