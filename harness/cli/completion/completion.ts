/**
 * `evenkeel completion`: the completion script of a shell, made from the definitions that the program itself runs by.
 * @module
 */
import { Argument, type Command } from 'commander';
import type { CliIo } from '../io.ts';
import { bashScript } from './bash.ts';
import { commandTree, type VerbWords } from './command-tree.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

type Shell = 'bash' | 'zsh' | 'fish';
const SCRIPTS: Readonly<Record<Shell, (tree: readonly VerbWords[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const EXAMPLES = `
Examples:
  evenkeel completion fish | source          in config.fish
  source <(evenkeel completion bash)         in ~/.bashrc
  source <(evenkeel completion zsh)          in ~/.zshrc, after compinit`;

export function addCompletionVerb(program: Command, io: CliIo): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(SCRIPTS)))
    .description('print the completion script of a shell')
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => {
      io.stdout.write(SCRIPTS[shell](commandTree(program)));
    });
}
