/**
 * `evenkeel init`: a config, a case file, the .gitignore line and a CI job. Nothing that exists is changed, but for one line that is
 * added to .gitignore.
 * @module
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { CONFIG_EXTENSIONS } from '../config/index.ts';
import { ConfigError } from '../ports/index.ts';
import { jsonFlag } from './flags.ts';
import { note, type CliIo } from './io.ts';
import {
  githubWorkflow,
  gitlabJob,
  starterCases,
  typescriptConfig,
  yamlConfig,
  type StarterFile,
} from './starter/index.ts';
import { commandText } from './words.ts';

const IGNORED = '.evenkeel/';

interface InitFlags {
  readonly ts?: boolean;
  readonly ci: 'github' | 'gitlab' | 'none';
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  evenkeel init                 YAML config and a GitHub workflow in this folder
  evenkeel init --ts            a TypeScript config
  evenkeel init evals --ci none

Files that exist are kept as they are and named.`;

export function addInitVerb(program: Command, io: CliIo): void {
  program
    .command('init')
    .argument('[folder]', 'where to write; made when it is missing', '.')
    .description('write a starter config, a case file, the .gitignore line and a CI job')
    .option('--ts', 'a TypeScript config instead of YAML')
    .addOption(
      new Option('--ci <system>', 'the CI job to write').choices(['github', 'gitlab', 'none']).default('github'),
    )
    .addOption(jsonFlag('what was written'))
    .addHelpText('after', EXAMPLES)
    .action((folder: string, flags: InitFlags) => {
      const directory = resolve(io.cwd, folder);
      const result = initFolder(directory, flags);
      if (flags.json === true) {
        io.stdout.write(`${JSON.stringify({ directory, ...result }, null, 2)}\n`);
        return;
      }
      for (const path of result.created) io.stdout.write(`created  ${path}\n`);
      for (const path of result.extended) io.stdout.write(`extended ${path}\n`);
      for (const path of result.kept) io.stdout.write(`kept     ${path} (exists)\n`);
      note(io, nextText(directory, flags, io));
    });
}

interface InitResult {
  readonly created: string[];
  readonly extended: string[];
  readonly kept: string[];
}

function initFolder(directory: string, { ts, ci }: InitFlags): InitResult {
  if (existsSync(directory) && !statSync(directory).isDirectory())
    throw new ConfigError({
      code: 'INIT_NOT_A_FOLDER',
      at: directory,
      expected: 'a folder',
      got: 'a file',
      hint: 'Name a folder, or a path where there is nothing.',
    });
  const result: InitResult = { created: [], extended: [], kept: [] };
  const config = ts === true ? typescriptConfig : yamlConfig;
  // A second config file beside the first would make every later command ambiguous.
  const existing = CONFIG_EXTENSIONS.map((extension) => `evenkeel.config.${extension}`).filter((name) =>
    existsSync(join(directory, name)),
  );
  if (existing.length > 0) result.kept.push(...existing);
  else writeNew(directory, config, result);
  writeNew(directory, starterCases, result);
  if (ci !== 'none') writeNew(directory, ci === 'gitlab' ? gitlabJob : githubWorkflow, result);
  ignoreRuns(directory, result);
  return result;
}

function writeNew(directory: string, { path, text }: StarterFile, result: InitResult): void {
  const target = join(directory, path);
  mkdirSync(dirname(target), { recursive: true });
  try {
    // Fails when the file exists, also when somebody makes it right now.
    writeFileSync(target, text, { flag: 'wx' });
    result.created.push(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    result.kept.push(path);
  }
}

function ignoreRuns(directory: string, result: InitResult): void {
  const path = join(directory, '.gitignore');
  if (!existsSync(path)) {
    writeNew(directory, { path: '.gitignore', text: `${IGNORED}\n` }, result);
    return;
  }
  const text = readFileSync(path, 'utf8');
  if (text.split(/\r?\n/).some((line) => /^\/?\.evenkeel\/?$/.test(line.trim()))) {
    result.kept.push('.gitignore');
    return;
  }
  appendFileSync(path, `${text === '' || text.endsWith('\n') ? '' : '\n'}${IGNORED}\n`);
  result.extended.push('.gitignore');
}

function nextText(directory: string, { ci }: InitFlags, io: CliIo): string {
  const folder = relative(io.cwd, directory);
  const isInstalled = existsSync(join(directory, 'node_modules', 'evenkeel'));
  return [
    'Next:',
    ...(folder === '' ? [] : [`  ${commandText(['cd', folder])}`]),
    ...(isInstalled ? [] : ['  npm install --save-dev evenkeel']),
    '  npx evenkeel doctor     # is everything here that a run needs?',
    '  npx evenkeel plan       # what would run',
    '  npx evenkeel run        # run it, report, and apply the gate',
    ...(ci === 'gitlab' ? [`and include ${gitlabJob.path} in .gitlab-ci.yml`] : []),
  ].join('\n');
}
