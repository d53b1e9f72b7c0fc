package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/vcr"
)

// scenario records one scenario, or says why it stays as it is.
func (r *refresh) scenario(ctx context.Context, t target, s *session) (row, error) {
	stored, err := r.stored(t)
	if err != nil && !r.force {
		return row{"unreadable", failed, remarks[exitFailed]}, r.fail(exitFailed, t, "%v; remove the file, or let --force replace it", err)
	}
	source := s.tenant.Source
	switch {
	case source == vcr.Simulated && stored != "" && stored != vcr.Simulated && !r.force:
		return row{stored, kept, "not simulated; --force puts the simulated one in its place"}, nil
	case !s.asks(t) && stored == "":
		return row{"none", leftOut, t.scenario.How + "; the shipped cassette serves"}, nil
	case !s.asks(t):
		return row{stored, kept, t.scenario.How}, nil
	case s.stopped != nil:
		return row{source, skipped, remarks[s.stopped.code]}, nil
	}
	tenant, err := s.tenantOf(t)
	if err != nil {
		return row{source, failed, remarks[exitFailed]}, r.fail(exitFailed, t, "%v", err)
	}
	r.progress(t)
	var outcome vcr.Outcome
	var replaced string
	if err := r.attempts(ctx, t, tenant, func() (err error) {
		outcome, replaced, err = r.attempt(ctx, t, tenant)
		return err
	}); err != nil {
		return row{source, failed, remarks[exitCode(err)]}, err
	}
	s.welcome(t)
	return done(source, stored, outcome, replaced), nil
}

// done is the line of a scenario that was recorded.
func done(source, stored string, outcome vcr.Outcome, replaced string) row {
	verdict := unchanged
	var notes []string
	if outcome.Written {
		verdict = written
		if stored != "" && stored != source {
			notes = append(notes, "was "+stored)
		}
		if len(outcome.Accepted) > 0 {
			notes = append(notes, "accepted: "+strings.Join(outcome.Accepted, ", "))
		}
	}
	if replaced != "" {
		notes = append(notes, replaced)
	}
	return row{source, verdict, strings.Join(notes, "; ")}
}

// foreign is the source of a cassette that does not say where it comes from:
// one that plain go-vcr has saved.
const foreign = "unknown"

// stored is the source of the cassette that is there, empty when none is.
func (r *refresh) stored(t target) (source string, err error) {
	file, err := vcr.Load(r.output.path(t))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", err
	case file.Header.Source == "":
		return foreign, nil
	default:
		return file.Header.Source, nil
	}
}

// attempt sends the scenario's request once and commits what came back. It also
// says how many values were replaced.
func (r *refresh) attempt(ctx context.Context, t target, tenant vcr.Tenant) (vcr.Outcome, string, error) {
	recording, first, err := r.ask(ctx, t, vcr.RecordConfig{Tenant: tenant, Path: r.output.path(t), AcceptDrift: r.acceptDrift})
	if err != nil {
		return vcr.Outcome{}, "", err
	}
	defer recording.Release()
	if err := r.expected(t, first); err != nil {
		return vcr.Outcome{}, "", err
	}
	outcome, err := recording.Commit(false)
	switch {
	case err == nil:
		return outcome, replaced(recording.Replaced()), nil
	case !r.acceptDrift && slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		return outcome, "", exit(exitDrift, "%v", err)
	default:
		return outcome, "", exit(exitFailed, "%v", err)
	}
}
