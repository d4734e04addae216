"""What a report draws, one file a figure, and how drawings become part of a page."""
