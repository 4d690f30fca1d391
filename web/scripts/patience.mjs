/** How long tests wait, in milliseconds: only so that one that hangs ends. A busy machine is no failure. */

export const patience = { testTimeout: 120_000, hookTimeout: 120_000 };
