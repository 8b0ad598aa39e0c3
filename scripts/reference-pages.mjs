/**
 * `npm run docs`: writes docs/cli.md from the command definitions, the tables of docs/configuration.md from the schemas, and those of
 * docs/export.md from the tables of the built program.
 * With `--check` nothing is written, and the exit code is 1 when a page is not what the program says.
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { CONFIG_VARIABLES, PROGRAM_VARIABLES } from '../dist/harness/config/index.js';
import { processIo } from '../dist/harness/cli/index.js';
import { buildProgram } from '../dist/harness/cli/program.js';
import { publishedSchemaText } from '../dist/harness/cli/published-schemas.js';
import { exportPage, exportTables } from '../dist/reports/index.js';

const at = (path) => new URL(`../${path}`, import.meta.url);

/** The help of a command as a terminal of 80 columns shows it. */
function helpText(command) {
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trim();
}

function commandSections(command, path, level) {
  const verbs = command.commands.filter((inner) => inner.name() !== 'help');
  return [
    `${'#'.repeat(level)} ${path.join(' ')}\n\n\`\`\`text\n${helpText(command)}\n\`\`\`\n`,
    ...verbs.flatMap((inner) => commandSections(inner, [...path, inner.name()], Math.min(level + 1, 3))),
  ];
}

function cliPage() {
  const program = buildProgram(processIo(), () => undefined);
  const sections = commandSections(program, ['evenkeel'], 2).join('\n');
  return `# Command line\n\nWritten by \`npm run docs\` from the definitions that the program runs by. Flags may be written in camelCase too.\n\n${sections}`;
}

const code = (value) => `\`${JSON.stringify(value)}\``;

function typeText(schema) {
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(code).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.oneOf !== undefined) return `by \`kind\`: ${kindsOf(schema).map(code).join(', ')}`;
  switch (schema.type) {
    case 'integer':
    case 'number': {
      const low = schema.minimum ?? schema.exclusiveMinimum;
      const high = schema.maximum ?? schema.exclusiveMaximum;
      const isBound = (limit) => limit !== undefined && Math.abs(limit) !== Number.MAX_SAFE_INTEGER;
      if (isBound(low) && isBound(high)) return `${schema.type} ${low}..${high}`;
      if (isBound(low)) return `${schema.type} ${schema.minimum === undefined ? '>' : '>='} ${low}`;
      return schema.type;
    }
    case 'string':
      return 'text';
    case 'boolean':
      return '`true`, `false`';
    case 'array':
      return `list of ${typeText(schema.items)}`;
    case 'object':
      return 'mapping';
    case 'null':
      return '`null`';
    default:
      return 'any value';
  }
}

const kindsOf = (schema) => schema.oneOf.map((option) => option.properties.kind.const);
const plain = (schema) => (schema.anyOf ?? []).find(({ type }) => type === 'object') ?? schema;

function rows(schema, prefix) {
  return Object.entries(schema.properties ?? {})
    .filter(([key]) => key !== '$schema')
    .map(([key, value]) => [
      `\`${prefix}${key}\``,
      typeText(value),
      value.default === undefined ? ((schema.required ?? []).includes(key) ? 'required' : '') : code(value.default),
      value.description ?? '',
    ]);
}

function keyTable(schema, prefix = '') {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows(schema, prefix).map((row) => `| ${row.map(cell).join(' | ')} |`);
  return lines.length === 0
    ? 'No keys.'
    : ['| key | value | default | what |', '| --- | --- | --- | --- |', ...lines].join('\n');
}

/** A table for a mapping, and one for each mapping or choice inside it. */
function sections(name, schema) {
  const own = plain(schema);
  const head = schema.description === undefined ? '' : `${schema.description}\n\n`;
  if (own.oneOf !== undefined)
    return own.oneOf.flatMap((option) => sections(`${name} (kind ${option.properties.kind.const})`, option));
  const inner = Object.entries(own.properties ?? {}).flatMap(([key, value]) => {
    const inside = plain(value);
    return inside.oneOf !== undefined || inside.properties !== undefined
      ? sections(`${name.replace(/ \(kind .*\)$/, '')}.${key}`, value)
      : [];
  });
  const record = typeof own.additionalProperties === 'object' ? sections(`${name}.*`, own.additionalProperties) : [];
  const isEmpty = Object.keys(own.properties ?? {}).every((key) => key === 'kind');
  const table = isEmpty ? [] : [`### ${name}\n\n${head}${keyTable(own)}\n`];
  return [...table, ...inner, ...record];
}

function configTables() {
  const schema = JSON.parse(publishedSchemaText('config'));
  const parts = Object.entries(schema.properties)
    .filter(([, value]) => value.oneOf !== undefined || plain(value).properties !== undefined)
    .flatMap(([key, value]) => sections(key, value));
  return [`### Top level\n\n${keyTable(schema)}\n`, ...parts].join('\n');
}

function variableTable() {
  const own = CONFIG_VARIABLES.map(({ name, key, flag }) => [
    `\`${name}\``,
    `\`${key}\`${flag === null ? '' : `, as \`${flag}\``}`,
  ]);
  const others = PROGRAM_VARIABLES.map(({ name, what }) => [`\`${name}\``, what]);
  return ['| variable | what |', '| --- | --- |', ...[...own, ...others].map((row) => `| ${row.join(' | ')} |`)].join(
    '\n',
  );
}

function between(path, text, name, content) {
  const [start, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no markers of ${name}`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** A page with its generated parts written again. */
function pageWith(path, parts) {
  let page = readFileSync(at(path), 'utf8');
  for (const [name, content] of Object.entries(parts)) page = between(path, page, name, content);
  return page;
}

const options = await resolveConfig(at('docs/cli.md'));
let stale = 0;
for (const [path, text] of [
  ['docs/cli.md', cliPage()],
  ['docs/configuration.md', pageWith('docs/configuration.md', { keys: configTables(), variables: variableTable() })],
  ['docs/export.md', pageWith('docs/export.md', { tables: exportPage(exportTables) })],
]) {
  const wanted = await format(text, { ...options, parser: 'markdown' });
  let now = '';
  try {
    now = readFileSync(at(path), 'utf8');
  } catch {
    // first time: there is no such page yet
  }
  if (now === wanted) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${path} is not what the program says; write it again with: npm run docs\n`);
    stale++;
  } else writeFileSync(at(path), wanted);
}
process.exitCode = stale === 0 ? 0 : 1;
