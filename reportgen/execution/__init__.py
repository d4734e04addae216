"""Carry out the trials of an experiment: prepare, train what is missing, keep what they leave."""
