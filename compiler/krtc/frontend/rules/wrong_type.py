"""A value of the wrong type.

Why: a list where a mapping belongs, or a number in quotes, means something else than it looks like.

Bad:

    workflows:
      - nodes:
          - {name: etl, replicas: "2"}

Good:

    workflows:
      - nodes:
          - {name: etl, replicas: 2}

Fix: write a value of the type that the message names. `krtc check --fix` takes the quotes from a number, writes `true`
for `yes`, and makes a list of one name.
"""
