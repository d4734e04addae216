"""Whether a PDF is what it claims to be: its attachments, its records, and the numbers printed in it."""
