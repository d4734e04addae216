"""From an experiment to its trials: search, plan, and the experiment that a search found."""
