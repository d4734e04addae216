"""One experiment file, as types: its model, values, searches, stages, and how it is read."""
