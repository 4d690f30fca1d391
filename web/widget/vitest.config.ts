import { defineConfig } from 'vitest/config';
import { aliases } from '../scripts/aliases.mjs';

export default defineConfig({
  resolve: { alias: aliases },
  // One environment for all files takes a third of the time; tests clean up after themselves, in any order.
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    isolate: false,
    server: { deps: { inline: [/@chatui/] } },
  },
});
