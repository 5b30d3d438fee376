/** The workflow that each deployment has, so that `savepoint smoke` can try it out. */
export const SMOKE = { workflow: "savepoint-smoke", event: "say" } as const;
