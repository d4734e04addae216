"""What each section of a report says: tables, sentences and figures, computed from records."""
