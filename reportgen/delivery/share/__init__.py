"""Runs handed on to people: folders, zip files, messages."""
