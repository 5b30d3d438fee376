/**
 * `npm run api-report`: writes what each entry of the package exports to `docs/api`, so that a change of it
 * is seen where it is made.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiReports } from "./exported-api.ts";

const FOLDER = join(import.meta.dirname, "../docs/api");

mkdirSync(FOLDER, { recursive: true });
for (const [name, text] of await apiReports()) writeFileSync(join(FOLDER, name), text);
