import type { Process } from "../../lambda/testing/process.ts";

/** What the code of one execution of a run asked for and was given, in order. */
export class Trace {
  readonly run: string;
  readonly epoch: number;
  readonly process: Process;
  readonly round: number;
  readonly events: string[] = [];
  /** What the workflow's function came to; what it left running is no longer noted. */
  end: string | undefined;
  /** What comes now is no longer noted: the code is not the one that the history was made by. */
  isBlind = false;
  /** Events until another owner had claimed the run; undefined when none has. */
  ownEvents: number | undefined;

  constructor(run: string, epoch: number, process: Process, round: number) {
    this.run = run;
    this.epoch = epoch;
    this.process = process;
    this.round = round;
  }

  /** Notes an event, unless its process is dead. */
  note(event: string): void {
    if (!this.process.isDead && this.end === undefined && !this.isBlind) this.events.push(event);
  }

  /** Notes the last event. */
  close(event: string): void {
    this.note(event);
    if (!this.process.isDead && !this.isBlind) this.end = event;
  }

  /** Notes that something is asked for, and what it comes to. */
  async seen<T>(what: string, ask: () => Promise<T>): Promise<T> {
    this.note(`asks ${what}`);
    try {
      const value = await ask();
      this.note(`gets ${what}: ${shown(value)}`);
      return value;
    } catch (error) {
      this.note(`gets ${what}: throws ${nameOf(error)}`);
      throw error;
    }
  }
}

/** A value in a few characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 160 ? `${text.slice(0, 160)}… (${text.length})` : text;
}

/** An error's name, which is the same whether it was just thrown or recorded. */
export const nameOf = (error: unknown): string =>
  error instanceof Error ? error.name : typeof error;
