"""The cast and the virtual clock that play the programme from its first day to its last."""
