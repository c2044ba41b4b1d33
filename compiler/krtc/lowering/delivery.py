"""Annotations by which Argo CD and Flux deliver objects in order, and ask before data goes; other tools ignore them."""

from krtc.manifests import Shared

WAVE = "argocd.argoproj.io/sync-wave"

# What pods read and talk through comes before them; they have no wave, which is the one between.
BEFORE_PODS = Shared({WAVE: "-1"})
# What leads to them comes once they are healthy.
AFTER_PODS = Shared({WAVE: "1"})

# Of what holds data and would delete it in NATS: Argo CD waits until a person confirms.
ASKS = {"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}

# Flux puts values in place of `${NAME}`, and nothing where it knows none: people's texts and scripts are full of them.
LITERAL = Shared({"kustomize.toolkit.fluxcd.io/substitute": "disabled"})
LITERAL_BEFORE_PODS = Shared(BEFORE_PODS | LITERAL)
