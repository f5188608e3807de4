import { isErr, type Result } from "../../contracts/result.ts";
import { subjectToken } from "../events/subject_token.ts";
import type { KVError } from "../kv/kv_error.ts";
import type { TypedKV } from "../kv/typed_kv.ts";
import type { DeliveryNote, DeliveryNotes, NotedDelivery } from "../work/delivery_notes.ts";
import type { Step } from "./event_context.ts";

/** The bucket of a service's steps; opened at first use. */
export type OpenSteps = () => Promise<Result<TypedKV<unknown>, KVError>>;

/** What one run of a handler has done once. */
export class Steps {
  readonly #open: OpenSteps;
  readonly #workId: string;
  readonly #names = new Set<string>();

  /** @param workId what is worked on, and by which group */
  constructor(open: OpenSteps, ...workId: readonly string[]) {
    this.#open = open;
    this.#workId = workId.map(segment).join(".");
  }

  /** See `EventContext.once`. */
  async once<T>(name: string, run: (step: Step) => T | Promise<T>): Promise<T> {
    if (this.#names.has(name)) throw new TypeError(`the step ${name} was done in this run already`);
    this.#names.add(name);
    const steps = (await this.#open()).orThrow();
    const key = `${this.#workId}.step.${segment(name)}`;
    const kept = await steps.get(key);
    // Whoever has written it has written what `run` answers.
    if (kept.isOk()) return valueOf(kept.value.value) as T;
    if (kept.isErr() && kept.error.reason !== "not_found") throw kept.error;
    const value = await run({ id: key });
    const created = (await steps.create(key, value === undefined ? {} : { value })).take();
    if (!isErr(created)) return value;
    if (created.error.reason !== "exists") throw created.error;
    // Another instance was given the event meanwhile: what it has kept counts.
    return valueOf((await steps.get(key).orThrow()).value) as T;
  }
}

/** Notes in that bucket. Without it each process counts for itself. */
export class KeptNotes implements DeliveryNotes {
  readonly #open: OpenSteps;
  readonly #group: string;

  /** @param group whose deliveries they are about */
  constructor(open: OpenSteps, group: string) {
    this.#open = open;
    this.#group = group;
  }

  async read(delivery: NotedDelivery): Promise<DeliveryNote> {
    const steps = await this.#open();
    const found = steps.isOk() ? await steps.value.get(this.#key(delivery)).take() : undefined;
    if (found === undefined || isErr(found)) return { forgiven: 0 };
    const { forgiven, failed, held, dead } = found.value as Partial<DeliveryNote>;
    return {
      forgiven: typeof forgiven === "number" ? forgiven : 0,
      ...(typeof failed === "number" ? { failed } : {}),
      ...(held === true ? { held } : {}),
      ...(dead === undefined ? {} : { dead }),
    };
  }

  async write(delivery: NotedDelivery, note: DeliveryNote): Promise<void> {
    const steps = await this.#open();
    if (steps.isOk()) await steps.value.put(this.#key(delivery), { ...note }).take();
  }

  #key({ stream, sequence, writtenAt }: NotedDelivery): string {
    return `${segment(this.#group)}.note.${segment(stream)}.${sequence}-${writtenAt}`;
  }
}

function valueOf(kept: unknown): unknown {
  return typeof kept === "object" && kept !== null && "value" in kept ? kept.value : undefined;
}

/** Any text as one segment of a key. */
function segment(text: string): string {
  const token = text === "" ? undefined : subjectToken(text);
  if (token === undefined) throw new RangeError(`a name is 1 to about 180 characters, not ${text}`);
  return token;
}
