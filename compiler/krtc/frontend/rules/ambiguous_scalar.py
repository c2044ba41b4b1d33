"""Text without quotes that readers of YAML take for something else.

Why: `no` is false for some readers, `1.10` is a number (and then 1.1), `010` is eight, `12:30` is a number of seconds.
A name or a text that looks so reaches the cluster as something else.

Bad:

    version: 1.10

Good:

    version: "v1-10"

Fix: quote it, as `krtc check --fix` does. What quotes do not make a name, call otherwise.
"""
