/**
 * `evenkeel list`: what there is to choose from, the units of the config, and the runs of this folder.
 * @module
 */
import { Argument, type Command } from 'commander';
import { perturbations } from '../../perturbations/index.ts';
import { suites } from '../../suites/index.ts';
import type { Plan } from '../schema/index.ts';
import { listRuns } from '../store/index.ts';
import { cacheTimingSuite } from '../../suites/cache-timing/index.ts';
import { profileSuite } from '../../suites/profile/index.ts';
import { faults } from '../../suites/fault-bench/index.ts';
import { runsDirectoryOf } from './find-run.ts';
import { configFlag, jsonFlag } from './flags.ts';
import type { CliIo } from './io.ts';
import { prepare } from './prepare.ts';
import { oneLine, tableText } from './words.ts';

const TARGETS = [
  {
    id: 'reference-engine',
    title: 'Reference engine',
    what: 'The embedded DeepSeek-V4-style engine: white-box, logits of every position.',
  },
  {
    id: 'null',
    title: 'Null target',
    what: 'No model: answers from hashes of the prompt, with faults of a known rate; what a run costs with it is what the harness costs.',
  },
  {
    id: 'openai-completions',
    title: 'Completions server',
    what: 'Any server of the OpenAI completions API (vLLM, SGLang, llama.cpp, Ollama, TGI, evenkeel serve): black-box, probed.',
  },
  {
    id: 'module',
    title: 'Target module',
    what: 'Your own module with one function, generate: anything that answers prompts.',
  },
  {
    id: 'gguf',
    title: 'GGUF file',
    what: 'A model file in llama.cpp, in this process, through node-llama-cpp (to be installed by hand): logits of every token.',
  },
  {
    id: 'replay',
    title: 'Recorded run',
    what: 'A run folder as a target: answers what was recorded, without a model.',
  },
  {
    id: 'openai-chat',
    title: 'Chat server',
    what: 'Any server of the OpenAI chat API: each prompt is one user message; black-box, probed.',
  },
] as const;

type Kind = 'suites' | 'perturbations' | 'targets' | 'faults' | 'runs' | 'units';
const KINDS: readonly Kind[] = ['suites', 'perturbations', 'targets', 'faults', 'runs', 'units'];

interface ListFlags {
  readonly json?: boolean;
  readonly config?: string;
}

const EXAMPLES = `
Examples:
  evenkeel list perturbations
  evenkeel list units            what the config would run, level by level
  evenkeel list runs --json`;

export function addListVerb(program: Command, io: CliIo): void {
  program
    .command('list')
    .addArgument(new Argument('<what>', 'what to list').choices(KINDS))
    .description('list suites, perturbations, targets, faults, runs or units')
    .addOption(configFlag())
    .addOption(jsonFlag('the list'))
    .addHelpText('after', EXAMPLES)
    .action(async (kind: Kind, flags: ListFlags) => {
      const { header, rows, items } = await inventory(kind, flags, io);
      if (flags.json === true) io.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
      else if (rows.length === 0) io.stderr.write(`no ${kind}\n`);
      else io.stdout.write(tableText(header, rows));
    });
}

interface Inventory {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly items: readonly unknown[];
}

async function inventory(kind: Kind, { config }: ListFlags, io: CliIo): Promise<Inventory> {
  switch (kind) {
    case 'suites':
      return described([...suites, cacheTimingSuite, profileSuite]);
    case 'perturbations':
      return described(perturbations);
    case 'targets':
      return described(TARGETS);
    case 'faults':
      return {
        header: ['name', 'what'],
        rows: faults.map(({ name, title }) => [name, title]),
        items: faults.map(({ name, title }) => ({ name, title })),
      };
    case 'runs':
      return runInventory(await runsDirectoryOf(config, io));
    case 'units':
      return unitInventory((await prepare(config === undefined ? {} : { config }, io)).plan);
  }
}

function described(
  members: readonly { readonly id: string; readonly title: string; readonly what: string }[],
): Inventory {
  return {
    header: ['id', 'title', 'what'],
    rows: members.map(({ id, title, what }) => [id, title, what]),
    items: members.map(({ id, title, what }) => ({ id, title, what })),
  };
}

function unitInventory({ units }: Plan): Inventory {
  return {
    header: ['unit', 'perturbation', 'cases', 'levels'],
    rows: units.map(({ id, perturbation, caseIds, levels }) => [
      id,
      perturbation,
      caseIds.join(' '),
      levels.map((level) => level.id).join(' '),
    ]),
    items: units,
  };
}

function runInventory(runsDirectory: string): Inventory {
  const items = listRuns(runsDirectory).map(({ id, directory, manifest, verdict, problem }) => ({
    id,
    createdAt: manifest?.createdAt ?? null,
    target: manifest?.target.id ?? null,
    outcome: verdict?.outcome ?? null,
    directory,
    problem,
  }));
  return {
    header: ['run', 'created', 'target', 'outcome'],
    rows: items.map(({ id, createdAt, target, outcome, problem }) => [
      id,
      createdAt ?? '-',
      target ?? '-',
      problem === null ? (outcome ?? 'not judged') : `cannot be read: ${oneLine(problem)}`,
    ]),
    items,
  };
}
