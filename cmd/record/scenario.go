package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"example.com/webhookvcr/internal/contract"
	"example.com/webhookvcr/internal/provider"
	"example.com/webhookvcr/internal/vcr"
)

// scenario records one scenario, or says why it stays as it is.
func (r *refresh) scenario(ctx context.Context, t target, s *session) (row, error) {
	stored, err := r.stored(t)
	if err != nil && !r.force {
		return row{"unreadable", failed, remarks[exitFailed]}, exit(exitFailed, "%s not written: %v; remove the file, or let --force replace it", t.name(), err)
	}
	tenant := s.tenant
	if tenant.Source == vcr.Simulated {
		if stored != "" && stored != vcr.Simulated && !r.force {
			return row{stored, kept, "not simulated; --force puts the simulated one in its place"}, nil
		}
		if tenant, err = simulated(t); err != nil {
			return row{vcr.Simulated, failed, remarks[exitFailed]}, exit(exitFailed, "%s not written: %v", t.name(), err)
		}
	} else if !t.scenario.Live {
		if stored == "" {
			return row{"none", leftOut, t.scenario.How + "; the shipped cassette serves"}, nil
		}
		return row{stored, kept, t.scenario.How}, nil
	}
	if s.stopped != nil {
		return row{tenant.Source, skipped, remarks[s.stopped.code]}, nil
	}
	outcome, err := r.attempts(ctx, t, tenant)
	if err != nil {
		return row{tenant.Source, failed, remarks[exitCode(err)]}, err
	}
	if t.scenario.Request.Credential == provider.Valid {
		s.welcomed = true
	}
	return done(tenant.Source, stored, outcome), nil
}

// done is the line of a scenario that was recorded.
func done(source, stored string, outcome vcr.Outcome) row {
	if !outcome.Written {
		return row{source, unchanged, ""}
	}
	var notes []string
	if stored != "" && stored != source {
		notes = append(notes, "was "+stored)
	}
	if len(outcome.Accepted) > 0 {
		notes = append(notes, "accepted: "+strings.Join(outcome.Accepted, ", "))
	}
	return row{source, written, strings.Join(notes, "; ")}
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

// attempt sends the scenario's request once and commits what came back.
func (r *refresh) attempt(ctx context.Context, t target, tenant vcr.Tenant) (vcr.Outcome, error) {
	recording, err := vcr.NewRecording(vcr.RecordConfig{
		Definition: t.def, Tenant: tenant, Path: r.output.path(t), Name: t.name(), Scenario: t.scenario, AcceptDrift: r.acceptDrift,
	})
	if err != nil {
		return vcr.Outcome{}, exit(exitFailed, "%v", err)
	}
	defer recording.Release()
	front := vcr.NewRecordingFront(vcr.Config{Definition: t.def, Report: silent{}, Bare: true}, recording)
	defer front.Close()
	bounded, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	first, err := send(bounded, t, front)
	if err != nil {
		return vcr.Outcome{}, classify(ctx, r, t, err)
	}
	if err := expected(t, first); err != nil {
		return vcr.Outcome{}, err
	}
	outcome, err := recording.Commit(false)
	switch {
	case err == nil:
		return outcome, nil
	case !r.acceptDrift && slices.ContainsFunc(recording.Problems(), contract.Problem.Fails):
		return outcome, exit(exitDrift, "%v", err)
	default:
		return outcome, exit(exitFailed, "%v", err)
	}
}

// silent drops what the front reports: the commit names every problem again,
// sorted and with the next step.
type silent struct{}

func (silent) Helper()               {}
func (silent) Logf(string, ...any)   {}
func (silent) Errorf(string, ...any) {}
