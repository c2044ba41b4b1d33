package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// ship sends the entries of the logs that its configuration names to NATS: the tag is the subject.
func ship(configuration string) {
	input, output, service, records := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for _, section := range sections(configuration) {
		switch section["name"][0] + section["["][0] {
		case "tail[INPUT]":
			input = first(section)
		case "nats[OUTPUT]":
			output = first(section)
		case "[SERVICE]":
			service = first(section)
		case "record_modifier[FILTER]":
			for _, record := range section["record"] {
				name, value, _ := strings.Cut(record, " ")
				records[name] = value
			}
		}
	}
	var start *regexp.Regexp
	for _, parser := range sections(filepath.Join(filepath.Dir(configuration), service["parsers_file"])) {
		if parser["name"][0] == input["parser_firstline"] {
			start = regexp.MustCompile(parser["regex"][0])
		}
	}
	server := output["host"] + ":" + output["port"]
	connection := must(nats.Connect(server, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1)))

	offsets, entry := map[string]int64{}, ""
	send := func() {
		if found := start.FindStringSubmatch(entry); found != nil {
			record := map[string]string{"tag": input["tag"]}
			for name, value := range records {
				record[name] = value
			}
			for index, name := range start.SubexpNames()[1:] {
				record[name] = found[index+1]
			}
			event := must(json.Marshal([]any{[]any{time.Now().Unix(), record}}))
			fmt.Println(string(event))
			check(connection.Publish(input["tag"], event))
		}
		entry = ""
	}
	for ; ; time.Sleep(200 * time.Millisecond) {
		for _, path := range must(filepath.Glob(input["path"])) {
			file := must(os.Open(path))
			must(file.Seek(offsets[path], 0))
			reader := bufio.NewReader(file)
			for line, err := reader.ReadString('\n'); err == nil; line, err = reader.ReadString('\n') {
				offsets[path] += int64(len(line))
				if start.MatchString(line) {
					send()
				}
				entry += line
			}
			check(file.Close())
		}
		send()
	}
}

// sections reads a file of fluent-bit's; the names of keys are in lower case, and a section's own is that of "[".
func sections(path string) (found []map[string][]string) {
	for _, line := range strings.Split(string(must(os.ReadFile(path))), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			found = append(found, map[string][]string{"[": {line}, "name": {""}})
		} else if line != "" && !strings.HasPrefix(line, "#") {
			key, value, _ := strings.Cut(line, " ")
			key = strings.ToLower(key)
			// A regular expression has dollars of its own.
			value = regexp.MustCompile(`\$\{\w+\}`).ReplaceAllStringFunc(strings.TrimSpace(value), os.ExpandEnv)
			if section := found[len(found)-1]; key == "name" {
				section[key] = []string{value}
			} else {
				section[key] = append(section[key], value)
			}
		}
	}
	return found
}

func first(section map[string][]string) map[string]string {
	found := map[string]string{}
	for key, values := range section {
		found[key] = values[0]
	}
	return found
}
