"""krtc: compiles a KRT V2 version into a Helm chart, a Kustomize tree or plain manifests."""
