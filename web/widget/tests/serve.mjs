// Serves the built widget with the mock gateway, to look at: `npm run mock -w widget`. PORT is 5099 unless set.
import { runnerImport } from 'vite';

/** @type {{ module: typeof import('./mock_gateway.ts') }} */
const { module: mock } = await runnerImport(`${import.meta.dirname}/mock_gateway.ts`);
/** @type {{ module: typeof import('./scripted_bot.ts') }} */
const { module: bot } = await runnerImport(`${import.meta.dirname}/scripted_bot.ts`);

const gateway = await mock.MockGateway.start(bot.scriptedBot(), Number(process.env.PORT ?? 5099));
gateway.thinking = Number(process.env.THINKING ?? 600);
console.log(gateway.base);
