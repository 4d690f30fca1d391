// Serves the built desk with the mock, to look at: `npm run mock -w desk`. Sign in as lin / mock-password. PORT: 5098.
import { runnerImport } from 'vite';

/** @type {{ module: typeof import('./mock_desk.ts') }} */
const { module: mock } = await runnerImport(`${import.meta.dirname}/mock_desk.ts`);
/** @type {{ module: typeof import('./scenario.ts') }} */
const { module: scenario } = await runnerImport(`${import.meta.dirname}/scenario.ts`);

const desk = await mock.MockDesk.start(Number(process.env.PORT ?? 5098));
scenario.fillDesk(desk);
console.log(`${desk.base}/desk`);
