"""Files: written whole or not at all, locked, cached, found."""
