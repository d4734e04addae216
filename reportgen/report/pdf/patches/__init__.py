"""What is set right or made faster inside WeasyPrint, one file a matter."""
