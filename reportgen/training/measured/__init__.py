"""What is measured while a trial trains: evidence of fairness, step sizes, what can be looked at."""
