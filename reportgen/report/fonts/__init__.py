"""The fonts of a report: faces, and the parts of them that a page needs."""
