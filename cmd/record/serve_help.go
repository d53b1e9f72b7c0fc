package main

import "example.com/webhookvcr/internal/vcr"

func serveHelp() string {
	return `serve answers requests over HTTP in the place of a vendor's server: for an
end-to-end test, or for a client that is not written in Go. Give the client the
URL on the first line of the output as its base URL, and any token. Each request
takes the first unused step that matches it, by method, path, query and body,
never by token.

A STEP is one of
  NAME          a scenario, such as webhooks.get/200; record list shows them
  FILE.yaml     a cassette; each of its interactions answers one request
  DIRECTORY     every cassette below it, in the order of their paths
with modifiers in front, if any:
  always:STEP     answer any number of requests, also none
  timeout:STEP    match the request, and never answer it
  reset:STEP      match the request, and reset the connection
  truncated:STEP  let the answer break off in the middle
  notjson:STEP    answer with the step's status and a gateway's HTML page

The first line on stdout is "serving http://HOST:PORT", as soon as the port is
open. It listens on this machine only, unless --addr says otherwise. A request
without an answer gets status 502 and a text that says which recorded request is
nearest and what differs; the text is printed on stderr as well.

serve runs until it is interrupted (SIGINT, SIGTERM). It then finishes the
requests on their way, prints a summary on stderr, and ends with status
  0  every request was answered and met the contract
  1  a request had no answer or broke the contract, or it could not listen;
     with --fail-unused also when no request asked for a step
  2  wrong usage; nothing was served

GET ` + vcr.JournalPath + ` shows what was asked so far, as JSON: the URL of every request, and
in an explanation the body of one that was missed; no header, and no credential
that is known as one. The version rises when a member changes its meaning or goes:
` + shape(exampleLog) + `
  result       "answered", "missed", or "refused" (no plain HTTP exchange)
  status       of the answer; 0 when there is none
  by           what answered: the step counts from 1, the interaction from 0
  fault        the step's modifier, when it has one
  explanation  why nothing answered, when nothing has
  breach       how the exchange broke the contract, when it has
  notes        remarks that fail nothing, such as an undocumented member, if any
  breaches     how many requests have a breach, whatever answered them
  forgotten    the oldest requests, of which only the counts are left
  unused       the steps that no request has asked for`
}

// exampleLog is what serve --help shows of the requests.
var exampleLog = vcr.Report{
	Version: vcr.JournalVersion, Provider: "devrev", Asked: 2, Answered: 1, Missed: 1, Breaches: 1,
	Requests: []vcr.Exchange{
		{
			Number: 1, Method: "POST", URL: "https://api.devrev.ai/webhooks.get", Result: vcr.Answered, Status: 200,
			By: &vcr.By{
				Step: 1, Name: "truncated:webhooks.get/200", Cassette: "cassettes/devrev/webhooks.get/200.yaml",
				Source: "simulated", Fault: "truncated",
			},
			Notes: []string{"…"},
		},
		{Number: 2, Method: "GET", URL: "https://api.devrev.ai/webhooks.gt", Result: vcr.Missed, Explanation: "…", Breach: "…"},
	},
	Unused: []string{`step 2, "webhooks.list/200": POST …`},
}
