"""Templates, ours and a user's own: found, checked, kept within limits."""
