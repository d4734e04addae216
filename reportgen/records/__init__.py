"""The records that runs leave, read and kept without torch: folders, manifests, the database, the history."""
