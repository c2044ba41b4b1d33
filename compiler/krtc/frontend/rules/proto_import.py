"""An import that the proto compiler cannot resolve.

Why: the entrypoint compiles the proto when it starts, with the root of the KRT as the only place for imports, besides
`google/protobuf/`. A file that is not there, or files that import each other in a circle, end that.

Bad:

    # public_input.proto
    syntax = "proto3";
    import "google/protobuf/empti.proto";
    service Entrypoint { rpc Classify (google.protobuf.Empty) returns (google.protobuf.Empty); }

Good:

    # public_input.proto
    syntax = "proto3";
    import "google/protobuf/empty.proto";
    service Entrypoint { rpc Classify (google.protobuf.Empty) returns (google.protobuf.Empty); }

Fix: put the file into the KRT, at that path from its root, or correct the import.
"""
