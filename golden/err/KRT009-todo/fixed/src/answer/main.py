"""Writes the answer to a question."""
