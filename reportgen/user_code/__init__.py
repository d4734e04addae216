"""Code that users bring along: read here, and run in a guarded process alone."""
