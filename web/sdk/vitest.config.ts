import { defineConfig } from 'vitest/config';
import { patience } from '../scripts/patience.mjs';

export default defineConfig({
  test: {
    ...patience,
    include: ['tests/**/*.test.{ts,tsx}'],
    environment: 'happy-dom',
    // The script is not there to be loaded.
    environmentOptions: { happyDOM: { settings: { handleDisabledFileLoadingAsSuccess: true } } },
  },
});
