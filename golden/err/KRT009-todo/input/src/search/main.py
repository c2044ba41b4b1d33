"""Finds the documents that a question is about."""
