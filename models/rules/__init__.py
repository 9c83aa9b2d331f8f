"""Pure decisions: values and dates in, every breach with its clause out."""
