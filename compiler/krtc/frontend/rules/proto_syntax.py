"""A .proto that is not Protocol Buffers.

Why: the entrypoint makes its server from the proto when it starts. When it cannot, it lives on, and listens to
nothing.

Bad:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns Response; }

Good:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Fix: the message says what was expected, and where.
"""
