/**
 * `npm run digest`: digests of what this machine computes, compared with the ones in the repository.
 *
 * `--fast` leaves out the plain kernels' generation and the suite run; `--update` writes them (a commit that does says why bits moved); `--parts` prints JSON and compares nothing (for the matrix).
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { digestParts, wholeDigest } from './parts.mjs';
import { suiteDigest } from './suite.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const expectedFile = new URL('expected.json', import.meta.url);
const flags = new Set(process.argv.slice(2));
const fast = flags.has('--fast');

if (flags.has('--parts')) {
  console.log(JSON.stringify(digestParts({ plain: !fast })));
} else {
  const parts = digestParts({ plain: !fast });
  if (!fast) parts.push(['suite run, bf16', suiteDigest(root, [process.execPath])]);
  if (flags.has('--update')) writeFileSync(expectedFile, `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`);
  const expected = JSON.parse(readFileSync(expectedFile, 'utf8'));
  const names = new Set([...parts.map(([name]) => name), ...(fast ? [] : Object.keys(expected))]);
  const found = Object.fromEntries(parts);
  let wrong = 0;
  for (const name of names) {
    const equal = found[name] === expected[name];
    if (!equal) wrong++;
    console.log(`${equal ? 'equal    ' : 'DIFFERENT'}  ${(found[name] ?? 'missing').slice(0, 16).padEnd(16)}  ${name}`);
  }
  console.log(`\ndigest ${wholeDigest(parts)}`);
  if (wrong > 0) {
    console.error(
      `${wrong} of ${names.size} digests differ from scripts/digest/expected.json. Bits moved: find out why before --update.`,
    );
    process.exitCode = 1;
  }
}
