/**
 * `surfraft completion bash|zsh`: prints what makes that shell complete the commands and options of
 * this program. The shell asks the program itself each time, so that nothing here has to know them;
 * where the program knows nothing, files are completed.
 */
import type { CommandModule } from 'yargs';

const bash = `# In ~/.bashrc: eval "$(surfraft completion bash)"
_surfraft() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  local words
  words=$(SHELL=bash "\${COMP_WORDS[0]}" --get-yargs-completions "\${COMP_WORDS[@]}" 2>/dev/null)
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _surfraft surfraft
`;

const zsh = `#compdef surfraft
# In ~/.zshrc, after compinit: eval "$(surfraft completion zsh)"
_surfraft() {
  local -a found
  found=("\${(@f)$(SHELL=zsh "\${words[1]}" --get-yargs-completions "\${words[@]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then
    _describe surfraft found
  fi
  _files
}
compdef _surfraft surfraft
`;

interface CompletionArguments {
  readonly shell: 'bash' | 'zsh';
}

export const completionCommand: CommandModule<object, CompletionArguments> = {
  command: 'completion <shell>',
  describe: 'Print what makes a shell complete this program: bash or zsh',
  builder: (parser) =>
    parser.positional('shell', {
      choices: ['bash', 'zsh'] as const,
      demandOption: true,
      description: 'Whose words it is in',
    }),
  handler: ({ shell }) => {
    process.stdout.write(shell === 'bash' ? bash : zsh);
  },
};
