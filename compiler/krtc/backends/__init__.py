"""Manifests to files: one folder a form, and one YAML serialiser for all of them."""
