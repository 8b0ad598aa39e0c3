/**
 * The commander definitions as plain data: what can stand where on a command line.
 * @module
 */
import type { Command, Option } from 'commander';

export interface FlagWords {
  /** `-c`, `--config` */
  readonly names: readonly string[];
  readonly what: string;
  readonly takes: 'nothing' | 'file' | 'text';
  /** What it may be; [] when that is not a closed set. */
  readonly choices: readonly string[];
}

export interface VerbWords {
  /** `['baseline', 'save']`; [] is the program itself. */
  readonly path: readonly string[];
  readonly what: string;
  /** With those of the program. */
  readonly flags: readonly FlagWords[];
  readonly verbs: readonly string[];
  /** Choices of the arguments; [] when they are no closed set. */
  readonly choices: readonly string[];
  readonly takesFiles: boolean;
}

/** The program first, then every verb, depth first. */
export function commandTree(program: Command): VerbWords[] {
  const shared = [
    ...flagsOf(program),
    { names: ['-h', '--help'], what: 'print the help', takes: 'nothing', choices: [] } as const,
  ];
  const walk = (command: Command, path: readonly string[]): VerbWords[] => {
    const verbs = command.commands.filter((inner) => inner.name() !== 'help');
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    const own: VerbWords = {
      path,
      what: firstLine(command.description()),
      flags: [...(command === program ? [] : flagsOf(command)), ...shared],
      verbs: verbs.map((inner) => inner.name()),
      choices,
      takesFiles: command.registeredArguments.length > 0 && choices.length === 0,
    };
    return [own, ...verbs.flatMap((inner) => walk(inner, [...path, inner.name()]))];
  };
  return walk(program, []);
}

function flagsOf(command: Command): FlagWords[] {
  return command.options
    .filter((option) => !option.hidden)
    .map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      what: firstLine(option.description),
      takes: takes(option),
      choices: option.argChoices ?? [],
    }));
}

function takes(option: Option): FlagWords['takes'] {
  if (!option.required && !option.optional) return 'nothing';
  return /<(file|folder|path|dir)|\[(file|folder|path|dir)/.test(option.flags) ? 'file' : 'text';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0];
}
