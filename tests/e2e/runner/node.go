package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

// node runs a handler, in the ways of kre-py or of kre-go. Each line of a handler is an action and its condition:
//
//	publish | publish/SUBTOPIC | answer | wait=DURATION   [if-from NODE | if-contains TEXT]
func node(kind, handler string) {
	of := variables(
		"RUNTIME_ID", "VERSION_ID", "VERSION", "BASE_PATH", "NATS_SERVER", "MONGO_URI", "INFLUX_URI", "WORKFLOW_NAME",
		"NODE_NAME", "HANDLER_PATH", "NATS_STREAM", "NATS_INPUTS", "NATS_OUTPUT", "NATS_MONGO_WRITER",
		"NATS_KEY_VALUE_STORE_PROJECT", "NATS_KEY_VALUE_STORE_WORKFLOW", "NATS_KEY_VALUE_STORE_NODE",
	)
	if kind == "py" {
		must(user.LookupId(fmt.Sprint(os.Getuid()))) // its nats command wants to know who it is
	}
	script := lines(string(must(os.ReadFile(handler))))

	_, js, err := connect()
	check(err)
	must(js.StreamInfo(of["NATS_STREAM"]))
	for _, scope := range []string{"PROJECT", "WORKFLOW", "NODE"} {
		must(js.KeyValue(of["NATS_KEY_VALUE_STORE_"+scope]))
	}
	if store, there := os.LookupEnv("KRT_NATS_OBJECT_STORE"); there {
		must(js.ObjectStore(store))
		if kind == "py" {
			check(os.WriteFile("/tmp/object-store", nil, 0o600))
		}
	}

	receive := func(received *nats.Msg) {
		message := read(received.Data)
		logged("INFO", "received %q from %s", text(message.Payload), message.From)
		if err := obey(script, message, of, js); err != nil {
			logged("ERROR", "%q: %v", text(message.Payload), err)
		}
		_ = received.Ack()
	}
	var subscriptions []*nats.Subscription
	for _, subject := range strings.Split(of["NATS_INPUTS"], ",") {
		durable := strings.ReplaceAll(subject, ".", "-") + "-" + of["NODE_NAME"]
		subscribe := map[string]func() (*nats.Subscription, error){
			// It makes the consumer unless it is there, demands that all is as it wants it, and deletes what it made.
			"go": func() (*nats.Subscription, error) {
				return js.QueueSubscribe(
					subject, durable, receive,
					nats.Durable(durable), nats.DeliverNew(), nats.ManualAck(), nats.AckWait(22*time.Hour),
				)
			},
			// It makes the consumer unless it is there, and waits in silence where there can be none.
			"py": func() (*nats.Subscription, error) {
				_, err := js.ConsumerInfo(of["NATS_STREAM"], durable)
				if errors.Is(err, nats.ErrConsumerNotFound) {
					_, err = js.AddConsumer(of["NATS_STREAM"], &nats.ConsumerConfig{
						Durable: durable, DeliverGroup: durable, DeliverSubject: nats.NewInbox(), FilterSubject: subject,
						DeliverPolicy: nats.DeliverNewPolicy, AckPolicy: nats.AckExplicitPolicy, AckWait: 22 * time.Hour,
					})
				}
				if err != nil {
					select {}
				}
				return js.QueueSubscribe(
					subject, durable, receive, nats.Bind(of["NATS_STREAM"], durable), nats.ManualAck(),
				)
			},
		}[kind]
		subscriptions = append(subscriptions, must(subscribe()))
	}
	logged("INFO", "listens to %s", of["NATS_INPUTS"])

	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM)
	<-stopped // which PID 1, a shell, does not pass on
	if kind == "go" {
		for _, subscription := range subscriptions {
			_ = subscription.Unsubscribe()
		}
	}
}

// line is one of a handler's.
type line struct{ action, argument, condition, value string }

func lines(handler string) (script []line) {
	for _, text := range strings.Split(handler, "\n") {
		words := append(strings.Fields(text), "", "", "")
		if words[0] == "" || strings.HasPrefix(words[0], "#") {
			continue
		}
		action, argument, _ := strings.Cut(strings.Replace(words[0], "=", "/", 1), "/")
		script = append(script, line{action, argument, words[1], words[2]})
	}
	return script
}

// obey does what a handler says of a message.
func obey(script []line, received message, of map[string]string, js nats.JetStreamContext) error {
	for _, line := range script {
		holds := map[string]bool{
			"":            true,
			"if-from":     received.From == line.value,
			"if-contains": strings.Contains(text(received.Payload), line.value),
		}
		if !holds[line.condition] {
			continue
		}
		sent := message{received.Request, of["NODE_NAME"], received.Payload}
		subject := of["NATS_OUTPUT"]
		switch line.action {
		case "wait":
			time.Sleep(must(time.ParseDuration(line.argument)))
			continue
		case "answer":
			sent.Payload = answer(text(received.Payload) + " by " + of["VERSION"])
		case "publish":
			if line.argument != "" {
				subject += "." + line.argument
			}
		default:
			panic("in " + filepath.Base(of["HANDLER_PATH"]) + ": " + line.action)
		}
		if err := sent.publish(js, subject); err != nil {
			return err
		}
	}
	return nil
}
