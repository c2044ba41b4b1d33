package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"

	"github.com/nats-io/nats.go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// raw leaves the messages of a call as they are: no proto has to be known.
type raw struct{}

func (raw) Name() string { return "proto" }

func (raw) Marshal(value any) ([]byte, error) { return value.([]byte), nil }

func (raw) Unmarshal(data []byte, value any) error {
	*value.(*[]byte) = append([]byte{}, data...)
	return nil
}

// way is that of the requests of a workflow.
type way struct {
	Stream string `json:"stream"`
	Input  string `json:"input_subject"`
	Output string `json:"output_subject"`
}

// entrypoint answers gRPC calls on port 9000. It never ends: without its subjects it listens to nobody, without NATS it
// answers UNKNOWN.
func entrypoint() {
	of := variables(
		"RUNTIME_ID", "VERSION_ID", "VERSION", "NODE_NAME", "NODE_ID", "NATS_SERVER", "NATS_SUBJECTS_FILE", "INFLUX_URI",
	)
	protos := must(filepath.Glob("/krt-files/*.proto"))
	check(os.WriteFile("/app/src/entrypoint/generated.py", []byte(fmt.Sprint(protos)), 0o600))
	ways := map[string]way{}
	if err := json.Unmarshal(must(os.ReadFile(of["NATS_SUBJECTS_FILE"])), &ways); err != nil || len(protos) == 0 {
		logged("ERROR", "no subjects, or no proto: %v %v", err, protos)
		select {}
	}
	_, js, err := connect(nats.RetryOnFailedConnect(true))
	check(err)

	serve := func(_ any, stream grpc.ServerStream) error {
		full, _ := grpc.MethodFromServerStream(stream)
		way, there := ways[path.Base(full)]
		if !there {
			return status.Errorf(codes.Unimplemented, "no workflow has %s", full)
		}
		var payload []byte
		if err := stream.RecvMsg(&payload); err != nil {
			return err
		}
		logged("INFO", "called with %q", text(payload))
		reply, err := way.call(stream.Context(), js, message{nats.NewInbox(), of["NODE_NAME"], payload})
		if err != nil {
			logged("ERROR", "%q: %v", text(payload), err)
			return status.Error(codes.Unknown, err.Error())
		}
		return stream.SendMsg(reply)
	}
	server := grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.UnknownServiceHandler(serve))
	listener := must(net.Listen("tcp", ":9000"))
	logged("INFO", "listens on port 9000")
	check(server.Serve(listener))
}

// call sends a request and waits for its answer while somebody asks, a while after each message on the exitpoint's subject.
func (w way) call(asked context.Context, js nats.JetStreamContext, request message) ([]byte, error) {
	replies, err := js.SubscribeSync(w.Input, nats.BindStream(w.Stream), nats.DeliverNew(), nats.AckNone())
	if err != nil {
		return nil, err
	}
	defer func() { _ = replies.Unsubscribe() }()
	if err := request.publish(js, w.Output); err != nil {
		return nil, err
	}
	for {
		patience, cancel := context.WithTimeout(asked, seconds("REQUEST_TIMEOUT", 30))
		received, err := replies.NextMsgWithContext(patience)
		cancel()
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err)
		}
		if reply := read(received.Data); reply.Request == request.Request {
			return reply.Payload, nil
		}
	}
}
