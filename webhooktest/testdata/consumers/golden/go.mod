module example.org/golden

go 1.26

require (
	example.com/webhookvcr v0.0.0
	github.com/stretchr/testify v1.12.1
)

replace example.com/webhookvcr => ../../../..
