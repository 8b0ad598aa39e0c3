/**
 * Lint rules. Types are used where they find real defects (lost promises, forgotten switch cases); layout is prettier's.
 *
 * What a linter cannot see from one file (import rules, mirrors, names) is in test/tidy.test.ts.
 * @module
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noDefaultExport = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name, so that one thing has one name everywhere.' },
  {
    selector: 'ExportSpecifier[exported.name="default"]',
    message: 'Export by name, so that one thing has one name everywhere.',
  },
];
const noErasedSyntax = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals (CONVENTIONS section 4).' },
  { selector: 'TSModuleDeclaration[kind!="global"]', message: 'Use a module (CONVENTIONS section 4).' },
  { selector: 'TSParameterProperty', message: 'Declare the field (CONVENTIONS section 4).' },
];

const rules = {
  eqeqeq: ['error', 'always'],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-console': 'off', // the one room that prints is guarded by test/tidy.test.ts
  'no-constant-condition': ['error', { checkLoops: false }],
  'no-debugger': 'error',
  'no-dupe-else-if': 'error',
  'no-duplicate-case': 'error',
  'no-empty': ['error', { allowEmptyCatch: false }],
  'no-fallthrough': 'error',
  'no-self-assign': 'error',
  'no-sparse-arrays': 'error',
  'no-template-curly-in-string': 'error',
  'no-unreachable-loop': 'error',
  'no-unsafe-finally': 'error',
  'no-unsafe-negation': 'error',
  'no-unused-labels': 'error',
  'no-useless-catch': 'error',
  'no-useless-escape': 'error',
  'require-yield': 'error',
  'use-isnan': 'error',
  'valid-typeof': 'error',
  'no-restricted-syntax': ['error', ...noErasedSyntax, ...noDefaultExport],
  '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/no-empty-object-type': 'error',
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-namespace': 'error',
  '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
  '@typescript-eslint/no-unused-expressions': 'error',
  '@typescript-eslint/no-unused-vars': [
    'error',
    // `_name` says that the value is left out on purpose: `const { schema: _schema, ...rest } = raw`
    { args: 'after-used', argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' },
  ],
  '@typescript-eslint/no-wrapper-object-types': 'error',
  '@typescript-eslint/prefer-as-const': 'error',
};

const typedRules = {
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-array-delete': 'error',
  '@typescript-eslint/no-base-to-string': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-for-in-array': 'error',
  '@typescript-eslint/no-implied-eval': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/no-unnecessary-type-assertion': 'error',
  '@typescript-eslint/only-throw-error': 'error',
  '@typescript-eslint/prefer-promise-reject-errors': 'error',
  '@typescript-eslint/require-array-sort-compare': ['error', { ignoreStringArrays: true }],
  '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    // a switch is closed by its cases or by a default; with `default: assertNever(x)` the compiler names a missing case
    { allowDefaultCaseForExhaustiveSwitch: true, considerDefaultExhaustiveForUnions: true },
  ],
};

/** Files of one tsconfig, linted with its types. */
const typed = (project, options) => ({
  ...options,
  languageOptions: { parser: tseslint.parser, parserOptions: { project, tsconfigRootDir: import.meta.dirname } },
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: { ...rules, ...typedRules },
});
const PAGE = ['reports/html/page/**/*.ts'];
/** Configurations and examples that no tsconfig lists. */
const UNTYPED = ['**/*.{js,mjs,cjs}', 'examples/**/*.{ts,mts}'];

export default defineConfig(
  {
    ignores: [
      '**/node_modules/**',
      'dist/**',
      'coverage/**',
      '.evenkeel/**',
      '**/*.generated.ts',
      'engine/kernels/wasm/assembly/**', // AssemblyScript: another language in the same clothes
      'test/bench/orders/**', // AssemblyScript
      'test/golden/**/!(*.ts)',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  typed('./tsconfig.test.json', { files: ['**/*.ts'], ignores: [...PAGE, ...UNTYPED] }),
  typed('./tsconfig.browser.json', { files: PAGE }),
  {
    files: UNTYPED,
    languageOptions: { parser: tseslint.parser },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules,
  },
  {
    files: ['**/*.config.{js,mjs,cjs,ts,mts}', 'examples/**'],
    rules: { 'no-restricted-syntax': ['error', ...noErasedSyntax] },
  },
  // an ambient declaration describes a namespace that exists
  {
    files: ['**/*.d.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noDefaultExport] },
  },
  // its fake sources show what a rule must report, template strings included
  { files: ['test/tidy.test.ts'], rules: { 'no-template-curly-in-string': 'off' } },
);
