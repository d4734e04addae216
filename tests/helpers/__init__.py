"""What tests of several rooms share, beside fixtures: those are in conftest.py."""
