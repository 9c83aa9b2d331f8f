"""The database's versions, one file each, in order."""
