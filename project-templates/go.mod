module greeting

go 1.18

require github.com/konstellation-io/kre-runners/kre-go/v4 v4.5.0
