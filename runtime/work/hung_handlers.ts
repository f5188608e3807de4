import { type Validator, validatorOf } from "../../contracts/schema/validator.ts";
import { WORK_KINDS, type WorkKind } from "../../contracts/stored/work_names.ts";
import type { Log } from "../log.ts";
import { doneWithin } from "../nats/done_within.ts";

/** Milliseconds that a handler has to end after its signal has aborted. */
const ABORT_MS = 1000;

/** Handlers of one group, queue or operation that run on after their deadline, in one process. */
export interface HungWork {
  readonly kind: WorkKind;
  /** As it is declared. */
  readonly name: string;
  /** How many. */
  readonly handlers: number;
  /** Since when the first of them does, ISO 8601 in UTC. */
  readonly since: string;
}

/** Is told of a handler whose deadline has just passed. */
export type Overdue = (handler: Promise<unknown>, id: string) => void;

/**
 * The handlers of a process that have ignored their signal. What they worked on is settled and their slots are
 * free, but nothing can end them: only a restart of the process does.
 */
export class HungHandlers {
  readonly #log: Log;
  /** When each of them was to end, in milliseconds since 1970, the first one first. */
  readonly #since = new Map<Promise<unknown>, Pick<HungWork, "kind" | "name"> & { at: number }>();

  /** Nothing hangs yet. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** Takes note of those of one group, queue or operation. */
  of(kind: WorkKind, name: string): Overdue {
    return async (handler, id) => {
      const at = Date.now();
      const end = handler.then(() => {}, () => {});
      if (await doneWithin(end, ABORT_MS)) return;
      this.#log.warn(`${name}: the handler of ${id} runs on after its deadline`);
      this.#since.set(handler, { kind, name, at });
      await end;
      this.#since.delete(handler);
      this.#log.info(`${name}: the handler of ${id} has ended late`);
    };
  }

  /** Where some hang, and how many. */
  list(): readonly HungWork[] {
    const groups = Map.groupBy(this.#since.values(), ({ kind, name }) => `${kind} ${name}`);
    return [...groups.values()].map((all) => {
      const [{ kind, name, at } = all[0]!] = all;
      return { kind, name, handlers: all.length, since: new Date(at).toISOString() };
    });
  }

  /** What is wrong, on one line; undefined: nothing. */
  problem(): string | undefined {
    const list = this.list();
    if (list.length === 0) return undefined;
    const where = list.map(({ name, handlers, since }) => `${name} (${handlers}, since ${since})`);
    return `handlers run on after their deadline until the process is restarted: ${
      where.join(", ")
    }`;
  }
}

/** Checks what a process says of them. */
export const HUNG_WORK: Validator = validatorOf({
  type: "array",
  items: {
    type: "object",
    required: ["kind", "name", "handlers", "since"],
    properties: {
      kind: { enum: [...WORK_KINDS] },
      name: { type: "string" },
      handlers: { type: "integer" },
      since: { type: "string" },
    },
  },
});
