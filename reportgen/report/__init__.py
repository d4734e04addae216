"""The report of a run: words, tables, figures, HTML and PDF."""
