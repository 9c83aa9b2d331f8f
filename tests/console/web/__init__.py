"""Tests of the pages: each visited as people visit it."""
