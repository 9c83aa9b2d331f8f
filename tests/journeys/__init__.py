"""Whole stretches of the programme on the virtual clock."""
