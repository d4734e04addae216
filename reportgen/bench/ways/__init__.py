"""The ways of training that are timed beside each other: a file for each, loaded by its process alone."""
