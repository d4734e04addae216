"""Whether the comparison of a run is a fair one, from the evidence that its trials kept."""
