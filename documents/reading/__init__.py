"""What offices hand in as documents, read: bytes in, frozen values out; nothing is filed here."""
