"""Engines: ways to train an epoch that leave the same network behind."""
