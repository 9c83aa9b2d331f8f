"""The JSON beside the pages: the same queries and acts in the same scopes, for other programs (DESIGN section 7)."""
