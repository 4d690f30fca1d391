import { defineConfig } from 'vitest/config';
import { patience } from '../scripts/patience.mjs';

export default defineConfig({
  // One environment for all files takes a third of the time; tests clean up after themselves, in any order.
  test: { ...patience, include: ['tests/**/*.test.{ts,tsx}'], environment: 'happy-dom', isolate: false },
});
