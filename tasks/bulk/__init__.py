"""Many lines at once from one sheet: looked over line by line first, then written whole or not at all."""
