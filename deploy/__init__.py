"""What puts the parts together: the command line, the start of everything and the service files."""
