"""Tests of many lines at once."""
