"""The programme pack: a notice as typed, frozen data."""
