// Nothing imports these modules: files in them are read by files.py. Do not tidy, that would drop them.
module krtc.example/tools/files

go 1.26

require (
	github.com/goccy/go-yaml v1.19.2
	github.com/securego/gosec/v2 v2.30.0
)
