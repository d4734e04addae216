"""What happens to a run beyond its own folder: handed on to people, and made again on a schedule."""
