"""Reading: what offices send, as tables of cells, and from these the fields of a form by their labels."""
