module example.org/first

go 1.26

require example.com/webhookvcr v0.0.0

replace example.com/webhookvcr => ../../../..
