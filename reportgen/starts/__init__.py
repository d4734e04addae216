"""What somebody begins with: a commented experiment, an optimizer's file, the homework's file."""
