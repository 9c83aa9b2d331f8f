"""The read side: one module per page or report; nothing here writes."""
