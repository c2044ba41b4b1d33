// The programs of a version's containers, played: they know nothing but the environment and the files that
// docs/contract.md promises, and start, fail, log and stop as the public images were seen to.
//
//	runner downloader | entrypoint | fluent-bit -c FILE -v | py HANDLER | go HANDLER
//
// A HANDLER is what a user would write, here a few lines (see node.go).
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	defer func() {
		// What the containers' shells make of the exit code is theirs.
		if reason := recover(); reason != nil {
			logged("ERROR", "%v", reason)
			os.Exit(1)
		}
	}()
	switch os.Args[1] {
	case "downloader":
		download()
	case "entrypoint":
		entrypoint()
	case "fluent-bit":
		ship(os.Args[3])
	case "py", "go":
		node(os.Args[1], os.Args[2])
	default:
		panic("no such part: " + os.Args[1])
	}
}

// variables reads the environment, by names without their KRT_; one that is missing or empty ends the process.
func variables(names ...string) map[string]string {
	found := map[string]string{}
	for _, name := range names {
		if found[name] = os.Getenv("KRT_" + name); found[name] == "" {
			panic("KRT_" + name + " is not set")
		}
	}
	return found
}

// must ends the process on an error.
func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// zone is how a runner writes UTC; the parser of the logs takes both.
var zone = map[bool]string{true: "Z", false: "-0700"}

// logged writes a line as the runners do.
func logged(level, format string, values ...any) {
	stamp := time.Now().UTC().Format("2006-01-02T15:04:05.000" + zone[os.Args[1] == "go"])
	fmt.Printf("%s %s %s\n", stamp, level, fmt.Sprintf(format, values...))
}
