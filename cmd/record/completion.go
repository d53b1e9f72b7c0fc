package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/webhookvcr/internal/provider"
)

const completionHelp = `completion prints a script that teaches a shell to complete the commands, the
flags, and the names of providers and scenarios. It has to be loaded by each new
shell, and record must be on the PATH:

  bash        echo 'source <(record completion bash)' >> ~/.bashrc
              (needs the package bash-completion)
  zsh         record completion zsh > "${fpath[1]}/_record"
              (needs "autoload -U compinit; compinit" in ~/.zshrc)
  fish        record completion fish > ~/.config/fish/completions/record.fish
  powershell  record completion powershell >> $PROFILE`

// shells write the completion scripts.
var shells = map[string]func(*cobra.Command, io.Writer) error{
	"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
	"zsh":        func(c *cobra.Command, w io.Writer) error { return c.GenZshCompletion(w) },
	"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
	"powershell": func(c *cobra.Command, w io.Writer) error { return c.GenPowerShellCompletionWithDesc(w) },
}

func completionCommand() *cobra.Command {
	names := []string{"bash", "zsh", "fish", "powershell"}
	const hint = "expected one of bash, zsh, fish and powershell"
	return &cobra.Command{
		Use:     "completion bash|zsh|fish|powershell",
		Short:   "Print a script that makes the shell complete commands and scenarios",
		Long:    completionHelp,
		Example: "  source <(record completion bash)",
		Args: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return exit(exitUsage, "%s needs the name of a shell; %s", c.CommandPath(), hint)
			case !slices.Contains(names, args[0]):
				return exit(exitUsage, "there is no completion for %q; %s", args[0], suggestion(args[0], names, hint))
			case len(args) > 1:
				return exit(exitUsage, "%s takes one argument, and was given %q as well", c.CommandPath(), args[1])
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			if err := shells[args[0]](c.Root(), c.OutOrStdout()); err != nil {
				return exit(exitFailed, "%v", err)
			}
			return nil
		},
	}
}

// completeScenario offers providers, operations and scenarios, without those
// that are on the command line already.
func completeScenario(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	var all []string
	offer := func(name, what string) {
		if strings.HasPrefix(name, typed) && !slices.Contains(args, name) {
			all = append(all, name+"\t"+what)
		}
	}
	for _, def := range provider.All() {
		offer(def.Name, "every scenario of "+def.Title)
		seen := map[string]bool{}
		for _, s := range def.Scenarios {
			if operation, _, _ := strings.Cut(s.Name, "/"); !seen[operation] {
				seen[operation] = true
				offer(def.Name+"/"+operation, "every scenario of "+operation)
			}
			offer(def.Name+"/"+s.Name, fmt.Sprintf("%d: %s", s.Status, s.Summary))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
