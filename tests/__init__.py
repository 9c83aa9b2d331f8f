"""Proof that the programme does what the notice asks, laid out like the tree it tests."""
