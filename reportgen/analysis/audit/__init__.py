"""The audit: whether the comparison of a run is a fair one, by the evidence that its trials kept."""
