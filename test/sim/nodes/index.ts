import type { NodeKind } from "../node-kind.ts";
import { map, type MapNode, parallel, type ParallelNode } from "./branches.ts";
import { child, type ChildNode } from "./child.ts";
import { combine, type CombineNode } from "./combine.ts";
import { later, type LaterNode, thrown, type ThrowNode, tried, type TryNode } from "./control.ts";
import { branched, derived, type DerivedNode, type IfNode } from "./derived.ts";
import { generator, type GeneratorNode } from "./generator.ts";
import { letters, type LettersNode } from "./letters.ts";
import { send, type SendNode, wait, type WaitNode } from "./mail.ts";
import { once, type OnceNode } from "./once.ts";
import { inTurn, type InTurnNode, turns, type TurnsNode } from "./ordered.ts";
import { race, type RaceNode } from "./race.ts";
import { saga, type SagaNode } from "./saga.ts";
import { sleep, type SleepNode } from "./sleep.ts";
import { step, type StepNode } from "./step.ts";
import { token, type TokenNode } from "./token.ts";
import {
  added,
  type AddedNode,
  again,
  type AgainNode,
  patched,
  type PatchedNode,
} from "./versions.ts";

export type { StepNode } from "./step.ts";

/** A node of a program. */
export type Node =
  | StepNode
  | SagaNode
  | OnceNode
  | TokenNode
  | PatchedNode
  | AgainNode
  | AddedNode
  | SleepNode
  | WaitNode
  | SendNode
  | LettersNode
  | ChildNode
  | MapNode
  | ParallelNode
  | CombineNode
  | RaceNode
  | GeneratorNode
  | InTurnNode
  | TurnsNode
  | TryNode
  | LaterNode
  | ThrowNode
  | DerivedNode
  | IfNode;

type Kinds = { readonly [N in Node as N["type"]]: NodeKind<N> };

const KINDS: Kinds = {
  step,
  saga,
  once,
  token,
  patched,
  again,
  added,
  sleep,
  wait,
  send,
  letters,
  child,
  map,
  parallel,
  combine,
  race,
  generator,
  "in turn": inTurn,
  turns,
  try: tried,
  later,
  throw: thrown,
  derived,
  if: branched,
};

/** All kinds of nodes, by name. */
export const kinds = Object.entries(KINDS) as [Node["type"], NodeKind<Node>][];

/** The kind of a node. */
export const kindOf = (node: Node): NodeKind<Node> => KINDS[node.type];
