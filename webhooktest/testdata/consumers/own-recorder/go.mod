module example.org/own-recorder

go 1.26

require (
	example.com/webhookvcr v0.0.0
	gopkg.in/dnaeon/go-vcr.v3 v3.2.0
)

replace example.com/webhookvcr => ../../../..
