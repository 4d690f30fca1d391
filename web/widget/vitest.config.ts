import { defineConfig } from 'vitest/config';
import { aliases } from '../scripts/aliases.mjs';
import { patience } from '../scripts/patience.mjs';

export default defineConfig({
  resolve: { alias: aliases },
  // One environment for all files takes a third of the time; tests clean up after themselves, in any order.
  test: {
    ...patience,
    include: ['tests/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    setupFiles: ['tests/patience.ts'],
    isolate: false,
    server: { deps: { inline: [/@chatui/] } },
  },
});
