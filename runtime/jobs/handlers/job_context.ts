import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Step } from "../../consume/event_context.ts";

/** What the handler of a job knows of it beside its payload. */
export interface Job {
  /** Its id; the same however often it is tried. */
  readonly id: string;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** When it was created, ISO 8601 in UTC. */
  readonly createdAt: string;
  /** When it is given up, ISO 8601 in UTC; undefined: never. */
  readonly deadline: string | undefined;
  /**
   * Aborts when it is cancelled, when its deadline has passed, when another worker has it, and when the service is
   * being stopped for good.
   */
  readonly signal: AbortSignal;
  /** Reports how far it is; kept, a few times a second, where the queue declares `progress`. */
  progress(progress: JsonValue): void;
  /** Keeps a line, where the queue declares `logs`; else it goes into the log of the service. */
  log(message: string): void;
  /**
   * Does something once for this job, however often it is tried: the result of a step that was done is kept for
   * seven days and answered. A crash between the effect and its record does it again, with the same `id`. Names are
   * not used twice in one handler.
   *
   * ```ts ignore
   * const sent = await job.step("smtp", ({ id }) => smtp.send(payload, { idempotencyKey: id }));
   * ```
   */
  step<T>(name: string, run: (step: Step) => T | Promise<T>): Promise<T>;
}
