export { type CrashesPlayed, everyCrash, type EveryCrashOptions } from "./every-crash.ts";
export type { LoggedLine } from "./logs.ts";
export { replay, type Replayed } from "./replay.ts";
export type { Mock, MockBody, StepCall, StepFilter } from "./step-calls.ts";
export {
  type CrashOptions,
  createTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from "./test-engine.ts";
