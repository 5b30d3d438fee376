import { defineConfig } from "savepoint";
import { digest } from "./src/digest.ts";

/** What `savepoint dev` runs and `cdk deploy` deploys. */
export default defineConfig({ workflows: [digest] });
