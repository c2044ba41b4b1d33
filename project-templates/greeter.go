// Greets; as the exitpoint of the workflow, it answers the request.
package main

import (
	"github.com/konstellation-io/kre-runners/kre-go/v4"
	"google.golang.org/protobuf/types/known/anypb"

	"greeting/proto"
)

func start(ctx *kre.HandlerContext) {}

// Takes what `cleaner` sent.
func greet(ctx *kre.HandlerContext, data *anypb.Any) error {
	request := &proto.Request{}
	if err := data.UnmarshalTo(request); err != nil {
		return err
	}
	return ctx.SendOutput(&proto.Response{Greeting: "Hello, " + request.Name + "!"})
}

func main() {
	kre.Start(start, greet, nil)
}
