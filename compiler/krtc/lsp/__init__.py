"""The language server: what an editor asks of a krt.yml or runtime.yml, one question a file.

What answers is pure: a text and a place in it give plain data, with half-typed texts too. `server.py` alone knows the
protocol, and `files.py` what is read beside a document; both are handed the disk.
"""
