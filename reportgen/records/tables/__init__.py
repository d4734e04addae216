"""Anyone's tables: read as they lie in a file, understood by their columns, and made into trials."""
