"""Tests of the programme's mailbox."""
