"""Papers: what each document of the programme says, taken from the record; and documents made, kept and noted."""
