/**
 * The serving card of a server: each entry is observed (with its endpoint), declared by the operator, or unknown. None is left blank: a
 * blank would be a silent unknown. Secrets and paths are hidden before an entry exists.
 * @module
 */
import type { CardEntry } from '../../schema/index.ts';
import type { Dialect, Route } from '../dialects/index.ts';
import type { HttpClient } from '../http/index.ts';
import type { Field } from './flatten.ts';
import { redactText, redactValue } from './redact.ts';
import { readSources, type Shown } from './sources.ts';
import { CONTRADICTION } from './contradictions.ts';
import { STANDARD_FIELDS } from './standard-fields.ts';

export interface CardInput {
  readonly client: HttpClient;
  readonly dialect: Dialect;
  readonly route: Route;
  readonly model: string;
  readonly systemFingerprints: readonly string[];
  readonly declared: Readonly<Record<string, string>>;
  /** Hidden wherever they appear. */
  readonly secrets: readonly string[];
}

/** `stable`: stays while the server and its settings stay, so that it is a part of the target's fingerprint. */
export interface CardLine {
  readonly entry: CardEntry;
  readonly stable: boolean;
}

export async function readCard(input: CardInput): Promise<CardLine[]> {
  const { dialect, route, model, systemFingerprints, declared, secrets } = input;
  const shown = await readSources(input.client, dialect.id, model);
  const line = (entry: CardEntry, stable: boolean): CardLine => ({ entry, stable });
  const observed = (name: string, value: string, where: string): CardEntry => ({
    name,
    value,
    source: 'observed',
    where,
  });
  const standard = STANDARD_FIELDS.map(({ name, observedAs }): CardLine => {
    const found = firstShown(shown, observedAs);
    if (found !== null) return line(observed(name, valueOf(found.field, secrets), found.where), true);
    const told = declared[name];
    if (told !== undefined) return line({ name, value: redactValue(name, told, secrets), source: 'declared' }, true);
    return line({ name, value: 'unknown: no endpoint shows it and nobody declared it', source: 'unknown' }, true);
  });
  const names = new Set(STANDARD_FIELDS.map(({ name }) => name));
  return [
    line(
      { name: 'server', value: dialect.title, source: 'inferred', where: 'the model list and the routes that answer' },
      true,
    ),
    line(observed('route', route.id, `POST ${pathOf(route)}`), true),
    line(observed('model', redactText(model, secrets), 'GET /v1/models'), true),
    fingerprintLine(systemFingerprints, route),
    ...standard,
    ...contradictionsOf(input, standard),
    ...Object.entries(declared)
      .filter(([name]) => !names.has(name))
      .map(([name, value]) => line({ name, value: redactValue(name, value, secrets), source: 'declared' }, true)),
    ...dialect.unsettable.map((name) =>
      line(
        { name: `sampling ${name}`, value: 'left to the server: no field of this route sets it', source: 'unknown' },
        true,
      ),
    ),
    // everything else as it is shown; some of it changes by itself
    ...shown.flatMap(({ where, fields }) =>
      fields.map((field) => line(observed(redactText(field.name, secrets), valueOf(field, secrets), where), false)),
    ),
  ];
}

/** What the server shows wins over what was declared, and never in silence: the card has both. */
function contradictionsOf({ declared, secrets }: CardInput, lines: readonly CardLine[]): CardLine[] {
  return lines.flatMap(({ entry: { name, value, source, where } }) => {
    if (source !== 'observed' || !Object.hasOwn(declared, name)) return [];
    const told = redactValue(name, declared[name], secrets);
    if (told.trim().toLowerCase() === value.trim().toLowerCase()) return [];
    const words = `declared ${told}, but ${where ?? 'the server'} shows ${value}`;
    return [{ entry: { name: `${CONTRADICTION} ${name}`, value: words, source: 'declared' }, stable: true }];
  });
}

function fingerprintLine(values: readonly string[], route: Route): CardLine {
  const where = `POST ${pathOf(route)}`;
  const [value] = values;
  if (value === undefined)
    return {
      entry: {
        name: 'system_fingerprint',
        value: 'none: no evidence of which configuration answers',
        source: 'unknown',
        where,
      },
      stable: true,
    };
  // Ollama answers with this always
  const constant = value === 'fp_ollama' ? ' (a constant of the server: no evidence)' : '';
  return {
    entry: { name: 'system_fingerprint', value: `${values.join(', ')}${constant}`, source: 'observed', where },
    stable: true,
  };
}

function firstShown(
  shown: readonly Shown[],
  patterns: readonly RegExp[],
): { readonly field: Field; readonly where: string } | null {
  for (const pattern of patterns)
    for (const { where, fields } of shown) {
      const field = fields.find(({ name }) => pattern.test(name));
      if (field !== undefined) return { field, where };
    }
  return null;
}

function valueOf(field: Field, secrets: readonly string[]): string {
  return field.isText ? redactValue(field.name, field.value, secrets) : field.value;
}

function pathOf({ address }: Route): string {
  return address.startsWith('root:') ? address.slice('root:'.length) : `/v1${address}`;
}
