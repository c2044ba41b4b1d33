// What Argo CD's own generators make of an ApplicationSet: applicationset FILE REPOSITORY prints the Applications as JSON.
// The folder REPOSITORY stands for every repository; no cluster is needed.
package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/applicationset/controllers/template"
	"github.com/argoproj/argo-cd/v3/applicationset/generators"
	"github.com/argoproj/argo-cd/v3/applicationset/utils"
	"github.com/argoproj/argo-cd/v3/pkg/apis/application/v1alpha1"
	log "github.com/sirupsen/logrus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

type folder string

func (root folder) GetFiles(_ context.Context, _, _, _, pattern string, _, _ bool) (map[string][]byte, error) {
	paths, err := filepath.Glob(filepath.Join(string(root), pattern))
	files := map[string][]byte{}
	for _, path := range paths {
		name, _ := filepath.Rel(string(root), path)
		if files[name], err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	return files, err
}

func (folder) GetDirectories(context.Context, string, string, string, bool, bool) ([]string, error) {
	return nil, nil
}

// A cluster in which every project is, and is empty.
type cluster struct{ client.Client }

func (cluster) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var set v1alpha1.ApplicationSet
	check(yaml.UnmarshalStrict(text, &set))
	terminal := map[string]generators.Generator{
		"Git":  generators.NewGitGenerator(folder(os.Args[2]), set.Namespace),
		"List": generators.NewListGenerator(),
	}
	all := map[string]generators.Generator{"Matrix": generators.NewMatrixGenerator(terminal)}
	entry := log.NewEntry(log.StandardLogger())
	applications, _, err := template.GenerateApplications(entry, set, all, &utils.Render{}, cluster{})
	check(err)
	check(json.NewEncoder(os.Stdout).Encode(applications))
}
