"""Runs of experiments: plan the trials, execute them, keep what they leave."""
