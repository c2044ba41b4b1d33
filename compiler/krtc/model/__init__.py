"""The input as typed data: what a krt.yml and a runtime.yml say, and the names that follow from it."""
