export { SavepointStack, type SavepointStackProps } from "./stack.ts";
