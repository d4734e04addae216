"""A report's tables and figures for a paper in LaTeX."""
