// A Redis server in memory, for tests: prints its address on loopback, and serves until it is killed.
package main

import (
	"fmt"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		panic(err)
	}
	fmt.Println(server.Addr())
	select {}
}
