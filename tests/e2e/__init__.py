"""Tests of the console in a real browser, over the network, as people use it."""
