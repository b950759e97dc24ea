/**
 * The house rules that a linter can hold. What it cannot (import table, sizes, dead exports) is
 * held by `test/tidy`.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const pureFolders = ['base', 'config', 'raft', 'files'];
const deterministicFolders = ['storage', 'replica'];

const syntaxNobodyUses = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file itself.' },
  {
    selector: 'ClassDeclaration[superClass]:not([superClass.name=/Error$/])',
    message: 'No inheritance except from Error: compose.',
  },
  {
    // A constructor has no other way to be private.
    selector:
      'PropertyDefinition[accessibility="private"], ' +
      'MethodDefinition[accessibility="private"][kind!="constructor"]',
    message: 'Use #private.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(assert|must)$/] > TemplateLiteral[expressions.length>0]',
    message: 'Give a message that is put together as a function: it is built only when it is told.',
  },
];

const syntaxOfWaiting = [
  { selector: ':function[async=true]', message: 'Pure code returns values, not promises.' },
  { selector: 'AwaitExpression', message: 'Pure code does not wait.' },
];

/** What reaches out of the program: time, chance, the process, the event loop, the console. */
const globalsOfTheWorld = [
  'Buffer',
  'Date',
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'fetch',
  'global',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
].map((name) => ({ name, message: 'Ask for it through an interface, or take it as a value.' }));

const inFolders = (folders) => folders.map((folder) => `src/${folder}/**/*.ts`);

export default defineConfig(
  { ignores: ['build', 'coverage', 'data', 'test/tidy/pure-globals.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4 }],
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...syntaxNobodyUses],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: inFolders([...pureFolders, ...deterministicFolders]),
    rules: {
      'no-restricted-globals': ['error', ...globalsOfTheWorld],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness is handed in.' },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['node:*'], message: 'The world is reached through interfaces.' }] },
      ],
    },
  },
  {
    files: inFolders(pureFolders),
    rules: {
      'no-restricted-syntax': ['error', ...syntaxNobodyUses, ...syntaxOfWaiting],
    },
  },
  {
    // chai's assertions are property reads.
    files: ['test/**/*.ts', 'tester/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
