export { replay, type Replayed } from "./replay.ts";
