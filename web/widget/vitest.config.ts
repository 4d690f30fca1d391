import { defineConfig } from 'vitest/config';
import { aliases } from '../scripts/aliases.mjs';

export default defineConfig({
  resolve: { alias: aliases },
  test: { include: ['tests/**/*.test.{ts,tsx}'], environment: 'happy-dom', server: { deps: { inline: [/@chatui/] } } },
});
