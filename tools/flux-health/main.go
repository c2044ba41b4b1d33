// Command flux-health says of objects what Flux's kustomize-controller says of their health.
//
// In: JSON on stdin, the healthCheckExprs of a Kustomization and the objects to judge:
//
//	{"healthCheckExprs": [{"apiVersion": ..., "kind": ..., "current": ...}], "objects": [{...}]}
//
// Out: a line for each object: Current, Failed, InProgress, or Unknown (it is waited for, as for InProgress).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling/engine"
	"github.com/fluxcd/cli-utils/pkg/kstatus/polling/statusreaders"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	var asked struct {
		Checks  []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		Objects []json.RawMessage             `json:"objects"`
	}
	fail(json.NewDecoder(os.Stdin).Decode(&asked))
	ctx := context.Background()
	makers, err := cel.PollerWithCustomHealthChecks(ctx, asked.Checks)
	fail(err)
	var readers []engine.StatusReader
	for _, make := range makers {
		readers = append(readers, make(nil))
	}
	// What the controller asks of kinds without an expression; it supports all.
	readers = append(readers, statusreaders.NewGenericStatusReader(nil, status.Compute))
	for _, text := range asked.Objects {
		object := &unstructured.Unstructured{}
		fail(object.UnmarshalJSON(text))
		for _, reader := range readers {
			if reader.Supports(object.GroupVersionKind().GroupKind()) {
				found, err := reader.ReadStatusForObject(ctx, nil, object)
				fail(err)
				fmt.Println(found.Status)
				break
			}
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
