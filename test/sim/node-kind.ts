import type { Context } from "../../lambda/index.ts";
import type { Workflow } from "../../lambda/engine/workflow.ts";
import type { Draw } from "./draw.ts";
import type { Node } from "./nodes/index.ts";
import type { Bodies } from "./bodies.ts";
import type { Trace } from "./trace.ts";

/** Nodes that run one after the other. */
export type Block = readonly Node[];

/** A workflow as data: it can be generated, printed and made smaller. */
export interface Program {
  readonly name: string;
  readonly body: Block;
}

/** What a node is generated with. */
export interface Generation {
  readonly draw: Draw;
  /** Number of the program that is generated; it may start those of higher numbers. */
  readonly program: number;
  readonly programs: number;
  /** A number that no other node has. */
  readonly nextId: () => number;
  /** A nested block, of at most `most` nodes. */
  readonly block: (most: number) => Block;
}

/** Where a node runs. */
export interface Frame {
  readonly ctx: Context;
  readonly trace: Trace;
  readonly bodies: Bodies;
  /** Which round of the run it is, 1 the first. */
  readonly round: number;
  /** All programs of this process, by number. */
  readonly workflows: readonly Workflow[];
  /** Runs a block; what its nodes come to. */
  readonly run: (block: Block, ctx?: Context) => Promise<unknown[]>;
}

/** Everything there is to know of one kind of node: a new kind is one more of these. */
export interface NodeKind<N> {
  /** How often it is generated, beside the others; 0 when only suites that ask for it draw it. */
  readonly weight: number;
  /** Whether it holds blocks, so that it cannot stand at the deepest level. */
  readonly isNested: boolean;
  generate(from: Generation): N;
  /** What it comes to; only what is the same in every schedule. */
  run(node: N, frame: Frame): Promise<unknown>;
  /** Its head in one line. */
  print(node: N): string;
  /** Its blocks, each with a label. */
  blocks(node: N): readonly (readonly [label: string, block: Block])[];
  /** The same node with other blocks, of which there are as many. */
  withBlocks(node: N, blocks: readonly Block[]): N;
  /** Whether it may throw, given whether each of its blocks and each program may. */
  mayThrow(node: N, blocks: readonly boolean[], programs: readonly boolean[]): boolean;
  /** Whether what it comes to depends on the schedule, given whether each of its blocks may throw. */
  isTimed(node: N, blocks: readonly boolean[]): boolean;
}

/** The parts of a kind that nodes without blocks share. */
export const LEAF = {
  isNested: false,
  blocks: () => [],
  withBlocks: <N>(node: N): N => node,
  mayThrow: () => false,
  isTimed: () => false,
} as const;
