package main

import (
	"encoding/json"
	"os"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/encoding/protowire"
)

// message is what goes from node to node.
type message struct {
	Request string // drawn by the entrypoint
	From    string // a node's name
	Payload []byte // the call's message, or the answer's
}

func (m message) publish(js nats.JetStreamContext, subject string) error {
	_, err := js.Publish(subject, must(json.Marshal(m)))
	return err
}

func read(data []byte) (m message) {
	check(json.Unmarshal(data, &m))
	return m
}

// connect looks for a lost server for two minutes. Then the process lives on, disconnected for good.
func connect(options ...nats.Option) (*nats.Conn, nats.JetStreamContext, error) {
	options = append(options,
		nats.MaxReconnects(60),
		nats.ReconnectWait(2*time.Second),
		nats.ReconnectJitter(0, 0),
		nats.DisconnectErrHandler(func(*nats.Conn, error) { logged("WARN", "lost NATS") }),
		nats.ReconnectHandler(func(*nats.Conn) { logged("INFO", "found NATS again") }),
		nats.ClosedHandler(func(*nats.Conn) { logged("ERROR", "gave NATS up") }),
	)
	connection, err := nats.Connect(os.Getenv("KRT_NATS_SERVER"), options...)
	if err != nil {
		return nil, nil, err
	}
	js, err := connection.JetStream(nats.MaxWait(seconds("JS_REQUEST_TIMEOUT", 5)))
	return connection, js, err
}

// seconds reads an optional variable.
func seconds(name string, otherwise int) time.Duration {
	if text := os.Getenv("KRT_" + name); text != "" {
		otherwise = must(strconv.Atoi(text))
	}
	return time.Duration(otherwise) * time.Second
}

// text reads the one string of a call's message; answer makes such a message.
func text(payload []byte) string {
	_, _, size := protowire.ConsumeTag(payload)
	found, _ := protowire.ConsumeString(payload[max(size, 0):])
	return found
}

func answer(text string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), text)
}
