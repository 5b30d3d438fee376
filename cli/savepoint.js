#!/usr/bin/env node
// The command in the repository, whose sources are TypeScript; the package has `bin.js`, compiled.
import { register } from "tsx/esm/api";

register();
await import("./bin.ts");
