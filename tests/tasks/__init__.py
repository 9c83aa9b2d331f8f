"""Tests of the use-cases, one file per stage."""
