"""What leaves the house: letters, the outbox and the only code that speaks SMTP."""
