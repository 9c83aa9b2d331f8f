"""Tests of writing: filling, looks, print, and what is said of an office's own templates."""
