import { parseArgs } from "node:util";
import { CASES } from "./cases.ts";
import { isKept, keep } from "./files.ts";

const { values } = parseArgs({
  options: {
    // Records those again that are kept already: the runs of older code can then no longer be replayed.
    force: { type: "boolean", default: false },
    // Only histories with this in their name.
    only: { type: "string", default: "" },
  },
});

for (const { name, record } of CASES.filter((one) => one.name.includes(values.only))) {
  if (isKept(name) && !values.force) {
    process.stdout.write(`${name}: kept\n`);
    continue;
  }
  const history = await record();
  keep(name, history);
  process.stdout.write(
    `${name}: ${history.run.status}, ${history.operations.length} operations recorded\n`,
  );
}
