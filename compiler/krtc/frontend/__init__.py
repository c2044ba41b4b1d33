"""Bytes to positioned nodes to the model: what a person wrote, read strictly."""
