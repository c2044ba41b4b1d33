"""A key that this place does not have.

Why: a key that is ignored is a mistake that nobody sees: a misspelt `replicas` is one pod where there should be five.

Bad:

    workflows:
      - nodes:
          - {name: etl, replica: 5}

Good:

    workflows:
      - nodes:
          - {name: etl, replicas: 5}

Fix: correct it, as `krtc check --fix` does where one key alone is near, or remove it.
"""
