"""The rules: one optimizer a file, found by `registry.py` without being listed anywhere."""
