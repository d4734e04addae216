"""Words in both languages, and numbers in words."""
