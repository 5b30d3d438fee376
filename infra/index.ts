export type { BearerAuth, JwtAuth } from "./bearer-auth.ts";
export type { Bundle, Bundles } from "./bundles.ts";
export { Savepoint, type WorkflowFunctionProps } from "./savepoint.ts";
export type { SavepointProps } from "./savepoint-props.ts";
export type { Schedule, ScheduleTime } from "./schedules/schedule.ts";
