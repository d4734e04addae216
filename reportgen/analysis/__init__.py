"""What the records support: tables in, plain findings out."""
