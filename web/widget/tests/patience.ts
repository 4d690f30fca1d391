/** How long tests wait for what is to come, in milliseconds. A busy machine is no failure. */

import { configure } from '@testing-library/preact';

export const ENOUGH = 60_000;

configure({ asyncUtilTimeout: ENOUGH });
