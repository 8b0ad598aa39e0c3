/**
 * The determinism rules of CONVENTIONS sections 5 and 6: no clock, no chance, no locale, no platform mathematics and no
 * surroundings where results are made.
 *
 * The rules read syntax, not types. So that a function cannot hide, `Math` and the clocks may not be passed around as values
 * either: `const { random } = Math` and `const m = Math` are reported, like `Math.random()`.
 * @module
 */
import ts from 'typescript';
import { isBareGlobal, isGlobal, memberName, objectOf } from './references.ts';
import { isEngine, isInside, isPure, roomOf } from './rooms.ts';
import { isGenerated, lineOf, walk, type Rule, type Source, type Violation } from './source.ts';
import { specifiersOf } from './specifiers.ts';

/** No standard fixes their last bits: exp, sin, cos, tanh, pow and others differed between Node, Bun, Deno and CPUs when measured. */
const PLATFORM_MATH = new Set([
  ...['exp', 'expm1', 'log', 'log2', 'log10', 'log1p', 'pow', 'cbrt', 'hypot'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
  ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
]);
const RANDOM_NAMES = new Set([
  ...['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'pseudoRandomBytes'],
  ...['getRandomValues', 'webcrypto', 'generateKey', 'generateKeySync', 'generateKeyPair', 'generateKeyPairSync'],
]);
const CLOCK_MODULES = new Set(['node:perf_hooks', 'node:timers', 'node:timers/promises']);
const LOCALE_NAMES = new Set([
  ...['localeCompare', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString'],
  ...['toLocaleUpperCase', 'toLocaleLowerCase'],
]);
/** Of a Date: they read the machine's time zone. The UTC forms do not. */
const TIME_ZONE_NAMES = new Set([
  ...['getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getTimezoneOffset'],
  ...['toDateString', 'toTimeString'],
]);
const PROCESS_OUTPUT = new Set(['exit', 'exitCode', 'stdout', 'stderr', 'abort', 'reallyExit', 'emitWarning']);
const AMBIENT = ['process', 'fetch', 'Deno', 'Bun', 'navigator'];
/** The engine's rooms that meet the outside world; the cold tier names its folder for its process, to know what a dead one left. */
const ENGINE_EDGE = ['engine/checkpoint', 'engine/parallel', 'engine/server', 'engine/cache/cold'];
/** Runs in the reader's browser and draws what was measured. */
const PAGE = ['reports/html/page'];

/** Random numbers come from an Rng that was passed in. */
const noChance = scoped('no-chance', isReproducible, (source, report) => {
  for (const { names, line } of specifiersOf(source))
    for (const name of names) if (RANDOM_NAMES.has(name)) report(line, `${name}: take an Rng`);
  walk(source, (node) => {
    const name = memberName(node);
    if (name === 'random' && isGlobal(source, objectOf(node), 'Math')) report(node, 'Math.random: take an Rng');
    if (name !== undefined && RANDOM_NAMES.has(name)) report(node, `${name}: take an Rng`);
    for (const owner of ['Math', 'crypto'])
      if (isBareGlobal(source, node, owner)) report(node, `${owner} as a value hides which function is called`);
  });
});

/** Time comes from a Clock that was passed in; `new Date(text)` of a recorded time is a function of its argument. */
const noClock = scoped('no-clock', isReproducible, (source, report) => {
  for (const { text, line } of specifiersOf(source))
    if (text !== null && CLOCK_MODULES.has(text)) report(line, `${text}: take a Clock`);
  walk(source, (node) => {
    const name = memberName(node);
    if (name === 'now' && isGlobal(source, objectOf(node), 'Date')) report(node, 'Date.now: take a Clock');
    if (name !== undefined && isGlobal(source, objectOf(node), 'performance'))
      report(node, `performance.${name}: take a Clock`);
    if (name === 'hrtime') report(node, 'process.hrtime: take a Clock');
    if (ts.isNewExpression(node) && isGlobal(source, node.expression, 'Date') && !node.arguments?.length)
      report(node, 'new Date(): take a Clock');
    if (ts.isCallExpression(node) && isGlobal(source, node.expression, 'Date')) report(node, 'Date(): take a Clock');
    for (const clock of ['Date', 'performance'])
      if (isBareGlobal(source, node, clock)) report(node, `${clock} as a value hides which function is called`);
  });
});

/** Order and text depend neither on the machine's language nor on its time zone. */
const noLocale = scoped('no-locale', isReproducible, (source, report) => {
  walk(source, (node) => {
    const name = memberName(node);
    if (name !== undefined && LOCALE_NAMES.has(name)) report(node, `${name} depends on the locale: use code units`);
    if (name !== undefined && TIME_ZONE_NAMES.has(name)) report(node, `${name} depends on the time zone: use UTC`);
    if (isGlobal(source, node, 'Intl')) report(node, 'Intl depends on the locale');
    if (ts.isNewExpression(node) && isGlobal(source, node.expression, 'Date') && (node.arguments?.length ?? 0) > 1)
      report(node, 'new Date(year, month, ...) depends on the time zone: use Date.UTC');
  });
});

/** The engine's transcendentals are our own, so that every runtime has the same bits. */
const noPlatformMath = scoped('no-platform-math', isEngine, (source, report) => {
  walk(source, (node) => {
    if (isGlobal(source, objectOf(node), 'Math')) {
      const name = memberName(node);
      if (name === undefined) report(node, 'a computed member of Math hides which function is called');
      else if (PLATFORM_MATH.has(name)) report(node, `Math.${name}: use engine/formats (portable math)`);
    }
    if (ts.isBinaryExpression(node) && isPower(node.operatorToken.kind) && !isIntegerLiteral(node.right))
      report(node, '** with an exponent that is not an integer literal: use engine/formats (portable math)');
  });
});

/** The maths and the pure rooms ask nothing of their surroundings. */
const noAmbient = scoped('no-ambient', isWithoutSurroundings, (source, report) => {
  for (const { text, line } of specifiersOf(source))
    if (text === 'node:process') report(line, 'node:process: pass the value in');
  walk(source, (node) => {
    for (const name of AMBIENT)
      if (isGlobal(source, node, name))
        report(node, `${name}: effects live in harness/cli, run, targets and store; pass the value in`);
  });
});

/** seedrandom() without a seed seeds itself from the clock; `global: true` replaces Math.random for everybody. */
const seededRandom = scoped('seeded-random', isHouse, (source, report) => {
  walk(source, (node) => {
    if (memberName(node) === 'seedrandom') report(node, 'Math.seedrandom replaces Math.random for everybody');
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
    if (!/^seedrandom(\.\w+)?$/.test(node.expression.getText())) return;
    const [seed, options] = node.arguments ?? [];
    if (seed === undefined || /^(undefined|null)$/.test(seed.getText())) report(node, 'seedrandom without a seed');
    if (options === undefined) return;
    if (!ts.isObjectLiteralExpression(options)) report(node, 'seedrandom with computed options: write them out');
    else
      for (const { name } of options.properties)
        if (name === undefined || /^['"]?(global|entropy)['"]?$/.test(name.getText()))
          report(node, `seedrandom with the option ${name?.getText() ?? '...'}`);
  });
});

/** Only the command line prints and sets an exit code. */
const noOutput = scoped('no-output', isSilent, (source, report) => {
  for (const { text, names, line } of specifiersOf(source))
    if (text === 'node:process')
      for (const name of names) if (PROCESS_OUTPUT.has(name)) report(line, `${name} of node:process: only harness/cli`);
  walk(source, (node) => {
    const name = memberName(node);
    if (isGlobal(source, node, 'console')) report(node, 'console: only harness/cli prints');
    if (name !== undefined && PROCESS_OUTPUT.has(name) && isGlobal(source, objectOf(node), 'process'))
      report(node, `process.${name}: only harness/cli prints or sets an exit code`);
  });
});

export const determinismRules = { noChance, noClock, noLocale, noPlatformMath, noAmbient, seededRandom, noOutput };

type Report = (at: ts.Node | number, detail: string) => void;
type Check = (source: Source, report: Report) => void;

/** A rule for the files of some rooms. */
function scoped(rule: string, isIn: (path: string) => boolean, check: Check): Rule {
  return (source) => {
    if (!isIn(source.path) || isGenerated(source.path)) return [];
    const found: Violation[] = [];
    check(source, (at, detail) => {
      found.push({ rule, path: source.path, line: typeof at === 'number' ? at : lineOf(source, at), detail });
    });
    return found;
  };
}

function isHouse(path: string): boolean {
  return roomOf(path) !== undefined;
}

function isReproducible(path: string): boolean {
  return isEngine(path) || isPure(path);
}

function isWithoutSurroundings(path: string): boolean {
  return isReproducible(path) && !isInside(path, [...ENGINE_EDGE, ...PAGE]);
}

function isSilent(path: string): boolean {
  return isHouse(path) && !isInside(path, ['harness/cli']);
}

function isPower(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.AsteriskAsteriskToken || kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken;
}

/** `3`, `-3` and `(3)`; not `0.5`, not `k`. */
function isIntegerLiteral(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isIntegerLiteral(node.expression);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken)
    return isIntegerLiteral(node.operand);
  return ts.isNumericLiteral(node) && Number.isInteger(Number(node.text));
}
