"""When it is done: short Prefect flows, one per stage, that lend use-cases to Prefect."""
