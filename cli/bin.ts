#!/usr/bin/env node
import { main } from "./main.ts";

// The stack's functions run on the Node that is here; the SDK would announce the end of its support
// for older ones in every process.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";

process.exitCode = await main(process.argv.slice(2));
