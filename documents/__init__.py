"""The paper of the programme: forms read from the files that offices send, documents written for print and seal."""
