"""A user's own words in a report: Markdown with formulas, tables, code and pictures, read and checked."""
