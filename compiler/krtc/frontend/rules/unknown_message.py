"""An rpc whose message type no proto defines.

Why: the proto compiler refuses the file, and the entrypoint lives on without listening to anything.

Bad:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Reqest) returns (Response); }

Good:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Fix: write the name of a message of the file, or of one that it imports.
"""
