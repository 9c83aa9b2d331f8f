"""What the programme is made of: tables, states and pure rules, without Prefect, HTTP or SMTP."""
