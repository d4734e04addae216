"""The PDF: written by WeasyPrint, with attachments, and with what it lacks beside it."""
