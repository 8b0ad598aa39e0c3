import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], timeoutMs = 30_000) => ({
  test: { name, include, testTimeout: timeoutMs, hookTimeout: timeoutMs },
});

export default defineConfig({
  test: {
    // vitest leaves one core free, which is half of a machine with two
    maxWorkers: '100%',
    // `.ci/run` counts passed and failed tests from this file
    ...(process.env['CI'] ? { reporters: ['default', ['json', { outputFile: '.evenkeel/test-results.json' }]] } : {}),
    projects: [
      project('unit', ['test/**/*.test.ts', '!test/{golden,e2e,exhaustive}/**'], 60_000),
      project('property', ['test/**/*.property.ts'], 120_000),
      project('golden', ['test/golden/**/*.golden.ts'], 180_000),
      project('browser', ['test/browser/**/*.browser.ts'], 120_000),
      project('e2e', ['test/e2e/**/*.e2e.ts'], 600_000),
      // 2^32 inputs per codec: minutes. `npm run test:exhaustive` runs all of it; the normal run checks one chunk in `golden`.
      ...(process.env['EVENKEEL_EXHAUSTIVE']
        ? [project('exhaustive', ['test/exhaustive/**/*.exhaustive.ts'], 3_600_000)]
        : []),
      // llama.cpp in process, which is installed when it is first wanted: `npm run test:gguf`
      ...(process.env['EVENKEEL_GGUF'] ? [project('gguf', ['test/gguf/**/*.gguf.ts'], 600_000)] : []),
      // measurements, one file at a time: `npm run bench`
      ...(process.env['EVENKEEL_BENCH']
        ? [
            {
              test: {
                ...project('bench', ['test/bench/**/*.bench.ts'], 3_600_000).test,
                server: { deps: { external: [/\/dist\//] } },
              },
            },
          ]
        : []),
    ],
  },
});
