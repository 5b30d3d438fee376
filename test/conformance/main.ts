import { writeFileSync } from "node:fs";
import { problemsOf } from "./coverage.ts";
import { COVERAGE_FILE, coverageText, readEvidence } from "./evidence.ts";

const evidence = await readEvidence();
writeFileSync(COVERAGE_FILE, await coverageText(evidence));
for (const problem of problemsOf(evidence)) process.stderr.write(`${problem}\n`);
