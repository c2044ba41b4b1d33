"""A file that is KRT V1, or the KAI Server's newer format, or a runtime.yml, where a krt.yml of KRT V2 is wanted.

Why: they look alike, and mean other things. In KRT V1 the nodes are listed once and a workflow is a chain of them.
`krtc migrate` writes it as V2: each workflow gets its own copy of its nodes; the first subscribes to `entrypoint`, and
each other to the one before it; the last is the `exitpoint`. The code of the nodes needs the SDK of KRT V2, too. The
newer format has `processes` and no entrypoint: krtc does not compile it.

Bad:

    version: greeter-v1
    description: Greets people.
    entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}
    nodes:
      - {name: py-greeter, image: "konstellation/kre-py:8.2.0", src: src/main.py, gpu: false}
    workflows:
      - {name: py-greeting, entrypoint: PyGreet, sequential: [py-greeter]}

Good:

    version: greeter-v1
    krtVersion: v2
    description: Greets people.
    entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}
    workflows:
      - name: py-greeting
        entrypoint: PyGreet
        exitpoint: py-greeter
        nodes:
          - {name: py-greeter, image: "konstellation/kre-py:8.2.0", src: src/main.py, subscriptions: [entrypoint]}

Fix: `krtc migrate FILE` writes a version of KRT V1 as KRT V2.
"""
