"""The public door for Python: what `import reportgen` offers, in rooms that are opened when asked for."""
