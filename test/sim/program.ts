import type { Draw } from "./draw.ts";
import type { Block, Generation, Program } from "./node-kind.ts";
import { kindOf, kinds, type Node } from "./nodes/index.ts";
import { plainStep } from "./nodes/step.ts";

const DEPTH_MAX = 3;
/** Nodes of a program at most; the first program is the largest. */
const NODES_MAX = [16, 8, 5, 4] as const;

/** Which programs are drawn, where that differs from what is usual. */
export interface Drawing {
  /** How often kinds of nodes are drawn. */
  readonly weights?: Partial<Readonly<Record<Node["type"], number>>>;
  /** Nodes at most, program by program: as many programs at most as there are numbers. */
  readonly nodesMax?: readonly number[];
}

/** Generates programs; each may start those after it. */
export function generatePrograms(
  draw: Draw,
  { weights = {}, nodesMax = NODES_MAX }: Drawing = {},
): Program[] {
  let ids = 0;
  const nextId = () => (ids += 1);
  const programs = draw.int(1, nodesMax.length);
  const generated = Array.from({ length: programs }, (_, program) => {
    let left = draw.int(3, nodesMax[program] ?? 4);
    const block = (depth: number, most: number): Block => {
      const nodes: Node[] = [];
      const length = draw.int(depth === 0 ? 1 : 0, most);
      while (nodes.length < length && left > 0) {
        left -= 1;
        nodes.push(node(depth));
      }
      return nodes;
    };
    const node = (depth: number): Node => {
      const from: Generation = {
        draw,
        program,
        programs,
        nextId,
        block: (most) => block(depth + 1, most),
      };
      const fitting = kinds.filter(
        ([type, { isNested }]) =>
          (!isNested || (depth < DEPTH_MAX && left > 0)) &&
          (type !== "child" || program < programs - 1),
      );
      return draw
        .weighted(fitting.map(([type, kind]) => [weights[type] ?? kind.weight, kind] as const))
        .generate(from);
    };
    return { name: `p${program}`, body: block(0, 5) };
  });
  if (programs < 2) return generated;
  const shape = draw.weighted([
    [25, crowded],
    [15, busy],
    [60, undefined],
  ]);
  return shape?.(generated, nextId, draw.happens(0.5)) ?? generated;
}

/**
 * Every run of the first program is at work while a child of its own is, and may end without it: that takes
 * a while itself.
 */
function busy(programs: readonly Program[], nextId: () => number, isForgotten: boolean): Program[] {
  const last = programs.length - 1;
  const child = (): Node => ({
    type: "child",
    id: nextId(),
    program: last,
    isAwaited: true,
    isShared: false,
  });
  const kept: Node = {
    type: "later",
    id: nextId(),
    // Of several the notices are of another form at first.
    body: [{ type: "combine", id: nextId(), how: "all", arms: [[child()], [child()]] }],
    meanwhile: [plainStep(nextId(), 1_000)],
    isForgotten,
  };
  return beginning(programs, { 0: kept, [last]: plainStep(nextId(), isForgotten ? 3_000 : 150) });
}

/**
 * Every run of the first program begins by waiting for one run of the last, which takes a while: asleep,
 * or in one invocation, in which it sees none of those who join it.
 */
function crowded(programs: readonly Program[], nextId: () => number, isAsleep: boolean): Program[] {
  const last = programs.length - 1;
  const wait: Node = {
    type: "child",
    id: nextId(),
    program: last,
    isAwaited: true,
    isShared: true,
  };
  const id = nextId();
  const rest: Node = isAsleep
    ? { type: "sleep", id, name: "z", ms: 20_000, isUntil: false }
    : plainStep(id, 8_000);
  return beginning(programs, { 0: wait, [last]: rest });
}

/** Programs, some of which begin with a node more. */
function beginning(
  programs: readonly Program[],
  before: Readonly<Record<number, Node>>,
): Program[] {
  return programs.map((program, index) => {
    const first = before[index];
    return first ? { ...program, body: [first, ...program.body] } : program;
  });
}

/** Whether what the programs come to depends on the schedule: then it cannot be foretold. */
export function isTimed(programs: readonly Program[]): boolean {
  const mayThrow: boolean[] = programs.map(() => true);
  let timed = false;
  const throws = (block: Block): boolean =>
    block
      .map((node) => {
        const kind = kindOf(node);
        const blocks = kind.blocks(node).map(([, inner]) => throws(inner));
        timed ||= kind.isTimed(node, blocks);
        return kind.mayThrow(node, blocks, mayThrow);
      })
      .some(Boolean);
  for (const [index, { body }] of [...programs.entries()].toReversed()) {
    mayThrow[index] = throws(body);
  }
  return timed;
}

/** A program as text, one node a line. */
export const printProgram = ({ name, body }: Program): string =>
  [`${name}:`, ...printBlock(body, "  ")].join("\n");

function printBlock(block: Block, indent: string): string[] {
  return block.flatMap((node) => {
    const kind = kindOf(node);
    const nested = kind
      .blocks(node)
      .filter(([, inner]) => inner.length > 0)
      .flatMap(([label, inner]) => [`${indent}  ${label}:`, ...printBlock(inner, `${indent}    `)]);
    return [indent + kind.print(node), ...nested];
  });
}

/** All programs that are smaller than this one by one node. */
export function* smallerPrograms(program: Program): Generator<Program> {
  for (const body of smallerBlocks(program.body)) yield { ...program, body };
}

function* smallerBlocks(block: Block): Generator<Block> {
  for (const [index, node] of block.entries()) {
    const before = block.slice(0, index);
    const after = block.slice(index + 1);
    yield [...before, ...after];
    const kind = kindOf(node);
    const blocks = kind.blocks(node).map(([, inner]) => inner);
    for (const inner of blocks) if (inner.length > 0) yield [...before, ...inner, ...after];
    for (const [place, inner] of blocks.entries()) {
      for (const smaller of smallerBlocks(inner)) {
        yield [...before, kind.withBlocks(node, blocks.with(place, smaller)), ...after];
      }
    }
  }
}
