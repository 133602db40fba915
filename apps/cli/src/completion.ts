import type { Command } from 'commander';

/** The subcommands and options that can complete the last of `words`. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const typed = words.at(-1) ?? '';
  let command = program;
  for (const word of words.slice(0, -1)) {
    command = command.commands.find((one) => one.name() === word) ?? command;
  }
  const subcommands = visible(command).map((one) => one.name());
  const options: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) {
    for (const option of one.options) if (!option.hidden && option.long) options.push(option.long);
  }
  const all = typed.startsWith('-') ? [...options, '--help'] : subcommands;
  return [...new Set(all)].filter((candidate) => candidate.startsWith(typed)).sort();
}

function visible(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
}

/** A script for each shell. All of them call this program for the candidates, so they never become outdated. */
export const completionScripts: Record<string, string> = {
  bash: `# postern completion bash > /etc/bash_completion.d/postern
_postern() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _postern postern
`,
  zsh: `#compdef postern
# postern completion zsh > "\${fpath[1]}/_postern"
_postern() {
  local -a found
  found=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _postern postern
`,
  fish: `# postern completion fish > ~/.config/fish/completions/postern.fish
complete -c postern -a '(set -l words (commandline -opc); $words[1] complete -- $words[2..-1] (commandline -ct) 2>/dev/null)'
`,
};
