// Package receivertest asks receivers of webhooks the questions that the vendors'
// pages, and the bugs of other receivers, give reason to ask. A receiver is the
// http.Handler that takes what DevRev or d.velop delivers.
//
//	func TestReceiver(t *testing.T) {
//		receivertest.Run(t, webhooktest.DevRev, func(tb testing.TB, secret string) receivertest.Receiver {
//			store := newStore()
//			return receivertest.Receiver{Handler: hooks.NewReceiver(secret, store), Applied: store.EventIDs}
//		})
//	}
//
// [Run] asks all of it, [NewRequest] makes one delivery for a test of your own, and
// [Wrap] holds the deliveries of tests that exist to the contract. [Probes] lists
// the questions; docs/receivers.md shows them as a table.
//
// # How it works
//
//  1. Each probe builds a receiver of its own and sends it deliveries as the
//     vendor's simulator makes them, in this process: the handler runs in a
//     goroutine, with a context that ends when the vendor would hang up and when the
//     handler has returned.
//  2. The gates come first: a valid delivery, and DevRev's verify request. When one
//     fails, the rest is not asked.
//  3. Probes that wait, or whose deliveries must overlap, run in a testing/synctest
//     bubble, the others outside of it, so that a receiver with a real database gets
//     most of the suite. Where the bubble's clock stands still, those that only
//     overlap are asked outside of it.
//  4. Answers are judged, and so is what the receiver has done, where the fields of
//     [Receiver] show it. A probe that needs a field that is nil is skipped, and the
//     end of the run lists those.
//  5. A panic of the handler, of build, of a cleanup or of a function of [Receiver], and
//     an answer without an end are failures wherever they occur, and a goroutine that
//     stays is one in a bubble; the first of those probes sends one delivery of each
//     kind, refused ones among them. A panic in a goroutine that the receiver began
//     itself ends the process, here as anywhere: nobody else can recover it.
//  6. A probe that has no answer for half a minute is given up; the message names
//     the goroutines that hold it. Within a bubble those are the ones that wait for
//     something outside: a mutex, a connection, a package's own WaitGroup. That is no
//     flaw: what waits for minutes is skipped then, and the goroutines are counted where
//     the clock is real. A function of [Receiver] that never returns looks the same
//     there, and is skipped the same; [Require] makes a failure of it.
//
// # Levels
//
// [Must] is documented by the vendor or follows from what is, [Should] is practice,
// and [Info] is where documents are silent or disagree: it is reported and fails
// nothing.
//
// # What it does not do
//
// It cannot tell whether a comparison takes constant time, whether an event is
// durable before it is acknowledged, and what a server, a proxy or TLS adds. It
// does not know how a vendor's servers behave where the pages are silent:
// [webhooktest.SentBy] chooses, and how DevRev writes its signature is among that.
package receivertest
