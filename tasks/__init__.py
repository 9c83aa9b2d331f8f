"""What can be done: use-cases as plain functions of one transaction, without Prefect."""
