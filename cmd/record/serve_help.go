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

  {"version": 1, "provider": "devrev",
   "asked": 2, "answered": 1, "missed": 1, "refused": 0, "breaches": 0,
   "forgotten": 0,
   "requests": [
     {"number": 1, "method": "POST", "url": "https://api.devrev.ai/webhooks.get",
      "result": "answered", "status": 200,
      "by": {"step": 1, "name": "webhooks.get/200",
             "cassette": "cassettes/devrev/webhooks.get/200.yaml",
             "interaction": 0, "source": "simulated"}},
     {"number": 2, "method": "GET", "url": "https://api.devrev.ai/webhooks.gt",
      "result": "missed", "status": 0, "by": null,
      "explanation": "webhooks.get/200 (simulated) has no answer for …"}],
   "unused": ["step 2, \"webhooks.list/200\": POST …"]}

  result       "answered", "missed", or "refused" (no plain HTTP exchange)
  status       of the answer; 0 when there is none
  by           what answered: the step counts from 1, the interaction from 0;
               "fault" names the step's modifier, when it has one
  explanation  why nothing answered
  breach       how the exchange broke the contract
  notes        remarks that fail nothing, such as an undocumented member
  breaches     how many requests have a breach, whatever answered them
  forgotten    the oldest requests, of which only the counts are left
  unused       the steps that no request has asked for`
}
