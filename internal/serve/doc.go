// Package serve answers requests over HTTP from a replay, in the place of a
// vendor's server, and keeps a log of them.
package serve
