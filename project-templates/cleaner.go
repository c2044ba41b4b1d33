// Takes the blanks off a name.
package main

import (
	"strings"

	"github.com/konstellation-io/kre-runners/kre-go/v4"
	"google.golang.org/protobuf/types/known/anypb"

	"greeting/proto"
)

func start(ctx *kre.HandlerContext) {}

// What it sends goes to the nodes that subscribe to `cleaner`.
func clean(ctx *kre.HandlerContext, data *anypb.Any) error {
	request := &proto.Request{}
	if err := data.UnmarshalTo(request); err != nil {
		return err
	}
	request.Name = strings.Join(strings.Fields(request.Name), " ")
	return ctx.SendOutput(request)
}

func main() {
	kre.Start(start, clean, nil)
}
