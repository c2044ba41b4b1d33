// Nothing imports these modules: their CRDs' YAML files are read by schemas.py. Do not tidy, that would drop them.
module krtc.example/tools/crds

go 1.26

require (
	github.com/argoproj/argo-cd/v3 v3.3.0
	github.com/fluxcd/helm-controller v1.4.3
	github.com/fluxcd/kustomize-controller v1.7.3
	github.com/fluxcd/source-controller v1.7.3
	github.com/nats-io/nack v0.22.4
	sigs.k8s.io/gateway-api v1.5.0
)
