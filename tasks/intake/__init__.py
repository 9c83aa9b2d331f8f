"""Intake: mails of the programme's mailbox registered, recognised, filed and answered (K23, A3)."""
