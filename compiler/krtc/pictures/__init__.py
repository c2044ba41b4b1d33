"""Pictures of versions: one form a file."""
