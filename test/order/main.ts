import { parseArgs } from "node:util";
import { tryPrograms } from "./order.ts";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "200" },
    // Writes of each program at which its process dies; by default all.
    crashes: { type: "string", default: "Infinity" },
    seed: { type: "string" },
    // Leads to the program that a failure has printed.
    path: { type: "string" },
  },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);

const startedAt = Date.now();
let programs = 0;
let plays = 0;
const told = () =>
  `${programs} programs, ${plays} plays, ${Math.round((Date.now() - startedAt) / 1_000)} s`;
try {
  await tryPrograms({
    programs: Number(values.programs),
    crashes: Number(values.crashes),
    ...(values.seed !== undefined && { seed: Number(values.seed) }),
    ...(values.path !== undefined && { path: values.path }),
    onProgram(more) {
      programs += 1;
      plays += more;
      if (programs % 50 === 0) print(told());
    },
  });
  print(`every order holds: ${told()}`);
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
