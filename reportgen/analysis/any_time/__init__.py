"""Any-time comparison: optimizers held against each other over whole curves, not at one epoch alone."""
