"""The console in the browser: pages rendered here from the queries and acts of tasks/; no rule stands in it."""
