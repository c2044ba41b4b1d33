module greeting

go 1.18
