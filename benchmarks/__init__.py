"""One command that measures the speeds promised and prints them as ratios."""
