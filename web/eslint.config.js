import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const LONG = process.env.TEST_ALL ? 'error' : 'off';

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/*.gen.ts'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers are what most templates print.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `return refuse();` ends a function early and reads well.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Half of the time of all rules, for what breaks nothing today and tsc lets pass by design: something deprecated, an
      // object of a class's shape, a number for one of an enum. `make test-all` asks for it.
      '@typescript-eslint/no-deprecated': LONG,
      '@typescript-eslint/no-unsafe-class-instance-assignment': LONG,
      '@typescript-eslint/no-unsafe-enum-assignment': LONG,
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  // Uses something deprecated on purpose, and says so.
  { files: ['widget/src/view/copying.ts'], rules: { '@typescript-eslint/no-deprecated': 'error' } },
  {
    files: ['**/*.tsx', 'widget/src/view/*.ts', 'desk/src/view/*.ts', 'desk/src/insight/*.ts'],
    plugins: { 'react-hooks': reactHooks },
    // The other rules of the plugin are React's compiler's, which Preact has none of.
    rules: { 'react-hooks/rules-of-hooks': 'error', 'react-hooks/exhaustive-deps': 'error' },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: globals.node }, rules: { 'no-console': 'off' } },
  { files: ['sdk/index.js'], languageOptions: { globals: globals.browser } },
  { files: ['desk/public/push.js'], languageOptions: { globals: globals.serviceworker } },
);
