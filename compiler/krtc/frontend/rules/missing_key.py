"""A required key that is missing.

Why: nothing can stand in for it.

Bad:

    version: mail-v1
    krtVersion: v2
    entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}
    workflows:
      - name: classify
        entrypoint: Classify
        exitpoint: etl
        nodes:
          - {name: etl, image: "konstellation/kre-py:8.2.0", src: src/main.py, subscriptions: [entrypoint]}

Good:

    version: mail-v1
    krtVersion: v2
    description: Sorts mail.
    entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}
    workflows:
      - name: classify
        entrypoint: Classify
        exitpoint: etl
        nodes:
          - {name: etl, image: "konstellation/kre-py:8.2.0", src: src/main.py, subscriptions: [entrypoint]}

Fix: add it. `krtc check --fix` adds `krtVersion` to what is KRT V2 by all else.
"""
