/**
 * The import rules: which room may import which, through its door; which package and which `node:` module is used where.
 * @module
 */
import { builtinModules } from 'node:module';
import { allowedFrom, isEngine, isInside, isKnownRoom, mayImport, roomOf } from './rooms.ts';
import { isGenerated, type Rule, type Source, type Violation } from './source.ts';
import { isRelative, packageOf, resolveRelative, specifiersOf, type Specifier } from './specifiers.ts';

/** Where each runtime package may be imported. A package that is not here needs a decision record and a row. */
const PACKAGE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  commander: ['harness/cli'],
  seedrandom: ['harness/ports'],
  'chart.js': ['reports/html'],
  zod: ['harness/schema', 'harness/config', 'perturbations', 'engine/serving', 'engine/server'],
  fastify: ['engine/server', 'harness/cli/viewer'],
  jiti: ['harness/config'],
  yaml: ['harness/config'],
  vitest: ['harness/vitest'],
  fflate: ['harness/audit', 'reports/units'],
  'hyparquet-writer': ['reports/parquet'],
};

const FILE_SYSTEM_ROOMS = [
  'harness/cli',
  'harness/store',
  'harness/audit',
  'harness/config',
  'harness/targets',
  'engine/checkpoint',
  'engine/cache/cold',
  'engine/memory/tables',
  'reports/html',
];
/** Files and threads at the edge; in the cache SHA-256 for the keys of shared prefixes, and the files of the cold tier and of memory tables. */
const ENGINE_ROOMS_WITH_NODE = [
  'engine/checkpoint',
  'engine/parallel',
  'engine/server',
  'engine/cache/prefix',
  'engine/cache/cold',
  'engine/memory/tables',
];
/**
 * `import(name)` with a computed name hides what is imported. What a user's configuration chooses, or an optional peer that is looked
 * for beside it (gguf), cannot be named here.
 */
const COMPUTED_IMPORT_ROOMS = [
  'harness/config',
  'harness/targets/gguf',
  'harness/targets/module',
  'harness/targets/reference-engine',
];

const BUILTIN = new Set(builtinModules);

/** A room imports only the rooms that the table allows, and nothing outside the house but package.json. */
const roomImports: Rule = (source) =>
  relativeImports(source).flatMap(({ specifier, target }) => {
    const to = target === null ? undefined : roomOf(target);
    if (to === undefined) {
      if (target === 'package.json' && isInside(source.path, ['harness/cli'])) return [];
      return [violation('room-imports', source, specifier, `'${specifier.text}' is outside the rooms of the house`)];
    }
    if (mayImport(source.path, outwardRoom(source.path, to))) return [];
    const allowed = allowedFrom(source.path).join(', ') || 'nothing of ours';
    return [
      violation('room-imports', source, specifier, `${roomOf(source.path)} may not import ${to}; it may: ${allowed}`),
    ];
  });

/** Another room is imported by its door. A folder's files may also import files of the room that they are inside of. */
const doorImports: Rule = (source) =>
  relativeImports(source).flatMap(({ specifier, target }) => {
    const from = roomOf(source.path);
    const to = target === null ? undefined : roomOf(target);
    if (target === null || to === undefined || to === from) return [];
    const door = `${outwardRoom(source.path, to)}/index.ts`;
    const isParentRoom = source.path.startsWith(`${to}/`);
    if (isParentRoom ? target !== door : target === door) return [];
    const detail = isParentRoom
      ? `${door} imports this folder; importing it back is a circle`
      : `'${specifier.text}' is behind a door; import ${door}`;
    return [violation('door-imports', source, specifier, detail)];
  });

/** Every folder of engine/ and harness/ has a row in the table of rooms. */
const knownRoom: Rule = (source) => {
  const room = roomOf(source.path);
  if (room === undefined || isKnownRoom(room)) return [];
  return [
    {
      rule: 'known-room',
      path: source.path,
      line: 1,
      detail: `${room} has no row in test/support/tidy/rooms.ts: say what it may import`,
    },
  ];
};

/** A package is imported only where its decision record says. */
const packageImports: Rule = (source) =>
  bareImports(source).flatMap((specifier) => {
    const name = packageOf(specifier.text);
    if (isBuiltin(specifier.text)) return [];
    const rooms = PACKAGE_ROOMS[name];
    if (rooms === undefined)
      return [
        violation(
          'package-imports',
          source,
          specifier,
          `'${name}' is not a known runtime package: write a decision record and a row in import-rules.ts`,
        ),
      ];
    if (isInside(source.path, rooms)) return [];
    return [violation('package-imports', source, specifier, `'${name}' may be imported in ${rooms.join(', ')} only`)];
  });

/** `node:` modules are written with their prefix, stay out of the engine's maths, and files are read where effects live. */
const nodeImports: Rule = (source) =>
  bareImports(source).flatMap((specifier) => {
    const { text } = specifier;
    if (!isBuiltin(text)) return [];
    if (!text.startsWith('node:'))
      return [violation('node-imports', source, specifier, `write 'node:${text}' instead of '${text}'`)];
    if (isEngine(source.path) && !isInside(source.path, ENGINE_ROOMS_WITH_NODE))
      return [violation('node-imports', source, specifier, `${text} in the engine's maths: it runs in a browser too`)];
    if (/^node:fs(\/|$)/.test(text) && !isInside(source.path, FILE_SYSTEM_ROOMS))
      return [
        violation('node-imports', source, specifier, `${text} may be imported in ${FILE_SYSTEM_ROOMS.join(', ')} only`),
      ];
    return [];
  });

/** What is imported can be read in the source. */
const computedImports: Rule = (source) =>
  specifiersIn(source).flatMap((specifier) =>
    specifier.text !== null || isInside(source.path, COMPUTED_IMPORT_ROOMS)
      ? []
      : [violation('computed-imports', source, specifier, 'the imported module is computed: write its name')],
  );

export const importRules = { roomImports, doorImports, knownRoom, packageImports, nodeImports, computedImports };

type NamedSpecifier = Specifier & { readonly text: string };

function specifiersIn(source: Source): Specifier[] {
  return roomOf(source.path) === undefined || isGenerated(source.path) ? [] : specifiersOf(source);
}

function relativeImports(source: Source): { specifier: NamedSpecifier; target: string | null }[] {
  return specifiersIn(source)
    .filter((specifier): specifier is NamedSpecifier => specifier.text !== null)
    .filter(({ text, kind }) => isRelative(text) && (kind === 'import' || isOtherRoomFile(source.path, text)))
    .map((specifier) => ({ specifier, target: resolveRelative(source.path, specifier.text) }));
}

/** A URL may name an asset of its own room; what it names in another room is as much an import as any. */
function isOtherRoomFile(fromPath: string, specifier: string): boolean {
  const target = resolveRelative(fromPath, specifier);
  return target !== null && roomOf(target) !== undefined && roomOf(target) !== roomOf(fromPath);
}

function bareImports(source: Source): NamedSpecifier[] {
  return specifiersIn(source)
    .filter((specifier): specifier is NamedSpecifier => specifier.text !== null && specifier.kind === 'import')
    .filter(({ text }) => !isRelative(text));
}

/** From outside, the engine is one room; its HTTP face is a second, so that who computes in a browser loads no HTTP server. */
function outwardRoom(fromPath: string, to: string): string {
  return to.startsWith('engine/') && to !== 'engine/server' && !isEngine(fromPath) ? 'engine' : to;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || BUILTIN.has(specifier);
}

function violation(rule: string, source: Source, specifier: Specifier, detail: string): Violation {
  return { rule, path: source.path, line: specifier.line, detail };
}
