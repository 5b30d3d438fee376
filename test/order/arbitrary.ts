import fc from "fast-check";
import { Draw } from "../sim/draw.ts";
import type { Program } from "../sim/node-kind.ts";
import { type Drawing, generatePrograms, smallerPrograms } from "../sim/program.ts";
import type { Scenario, Setup } from "../sim/scenario.ts";
import { PLAIN } from "../sim/themes.ts";

/** Small programs, and mostly of what decides an order. */
const DRAWING = {
  weights: {
    step: 9,
    sleep: 4,
    child: 3,
    map: 2,
    parallel: 2,
    combine: 5,
    try: 3,
    later: 2,
    generator: 4,
    race: 3,
    "in turn": 2,
    turns: 2,
    wait: 3,
    send: 2,
    saga: 0,
    once: 0,
    token: 0,
    patched: 0,
    again: 0,
    letters: 0,
  },
  nodesMax: [10, 5, 4],
} satisfies Drawing;

/** Programs as the simulation draws them, and makes them smaller. */
class ProgramsArbitrary extends fc.Arbitrary<readonly Program[]> {
  override generate(random: fc.Random): fc.Value<readonly Program[]> {
    const draw = new Draw(random.nextInt(0, 2 ** 31 - 1));
    const weights = draw.happens(0.45) ? { ...DRAWING.weights, ...PLAIN } : DRAWING.weights;
    return new fc.Value(generatePrograms(draw, { ...DRAWING, weights }), undefined);
  }
  override canShrinkWithoutContext(value: unknown): value is readonly Program[] {
    return Array.isArray(value);
  }
  override shrink(programs: readonly Program[]): fc.Stream<fc.Value<readonly Program[]>> {
    return fc.stream(smaller(programs)).map((value) => new fc.Value(value, undefined));
  }
}

function* smaller(programs: readonly Program[]): Generator<readonly Program[]> {
  for (const [index, program] of programs.entries()) {
    for (const one of smallerPrograms(program)) yield programs.with(index, one);
  }
}

const setup: fc.Arbitrary<Setup> = fc.record({
  concurrency: fc.constantFrom(4, 2),
  invocationMs: fc.constantFrom(900_000, 60_000),
  travelMaxMs: fc.constant(1),
  settings: fc.record({
    leaseMs: fc.constantFrom(12_000, 30_000),
    waitInPlaceMs: fc.constantFrom(1_500, 0),
    gatherMs: fc.constantFrom(1_000, 0),
    operationsPerInvocation: fc.constantFrom(Infinity, Infinity, 3, 1),
  }),
});

/** A run of the first of some programs, before anything goes wrong. */
export const calmScenarios: fc.Arbitrary<Scenario> = fc
  .record({ seed: fc.nat(), programs: new ProgramsArbitrary(), setup })
  .map((rest) => ({
    ...rest,
    actions: [{ atMs: 0, run: "main", program: 0 }],
    acts: [],
    deploys: [],
    faults: [],
  }));
