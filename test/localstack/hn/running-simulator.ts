import { onTestFinished } from "vitest";
import {
  type HnSimulator,
  type HnSimulatorOptions,
  startHnSimulator,
} from "../../../localstack/hn/server.ts";
import { smallCorpus } from "./small-corpus.ts";

/** Starts a simulator, over the small corpus unless told otherwise, for the length of one test. */
export async function start(options: HnSimulatorOptions = {}): Promise<HnSimulator> {
  const simulator = await startHnSimulator({ corpus: smallCorpus, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** What a URL answers, its body read as JSON. */
export async function getJson(url: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}
