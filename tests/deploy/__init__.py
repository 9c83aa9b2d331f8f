"""Tests of what puts the parts together, on real processes."""
