"""Where people work: the sub-commands and the web pages."""
