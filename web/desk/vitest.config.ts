import { defineConfig } from 'vitest/config';

export default defineConfig({
  // One environment for all files takes a third of the time; tests clean up after themselves, in any order.
  test: { include: ['tests/**/*.test.{ts,tsx}'], environment: 'happy-dom', isolate: false },
});
