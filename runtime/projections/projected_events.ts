import type { Contract } from "../../contracts/define/contract.ts";
import { jsonTextProblem, parseExactJson } from "../../contracts/json/exact_json.ts";
import { resolvePointer } from "../../contracts/json/json_pointer.ts";
import type { ContractManifest, ManifestProjection } from "../../contracts/manifest/manifest.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type EventSurface, eventSurface } from "../events/prepare_event.ts";
import { isKvKey } from "../kv/key.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import { EVENT_ID_HEADER, EVENT_TIME_HEADER } from "../events/nats/event_headers.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";
import type { ReducedEvent } from "./projection_types.ts";

/** A reducer of whatever types. */
export type UntypedReducer = (value: unknown, event: unknown, meta: ReducedEvent) => unknown;

/** An event that a projection folds. */
export interface ProjectedEvent {
  readonly meta: ReducedEvent;
  /** As it is declared, with the alias of the used contract before it: `bank:Transfer.Made`. */
  readonly name: string;
  /** The body, which fits its schema. */
  readonly body: unknown;
  readonly reduce: UntypedReducer;
}

interface Entry {
  readonly name: string;
  readonly surface: EventSurface;
  /** JSON pointer to the key. */
  readonly key: string;
  readonly reduce: UntypedReducer;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the events of a projection out of the messages of their stream. */
export class ProjectedEvents {
  readonly #entries: readonly Entry[];

  /** @param reducers as a handlers file has them; throws a TypeError for an event without one */
  constructor(contract: Contract, projection: ManifestProjection, reducers: object) {
    const own = entries("", contract.manifest, projection, projection.self ?? [], reducers);
    const used = Object.entries(projection.uses ?? {}).flatMap(([alias, names]) => {
      const manifest = contract.used.get(alias)?.contract.manifest;
      const theirs = memberOf(memberOf(reducers, "uses"), alias);
      return manifest === undefined
        ? []
        : entries(`${alias}:`, manifest, projection, names, theirs ?? {});
    });
    this.#entries = [...own, ...used];
  }

  /** The subjects of its events. */
  get filters(): readonly string[] {
    const filters = this.#entries.map(({ surface: { base, params } }) =>
      base + ".*".repeat(params.length)
    );
    return [...new Set(filters)];
  }

  /** What a message holds; why it cannot be folded, if it holds no such event. */
  read({ subject, headers, data, sequence, writtenAt }: StoredMessage): Result<
    ProjectedEvent,
    string
  > {
    const entry = this.#entries.find(({ surface }) => isOf(surface, subject));
    if (entry === undefined) return err(`no event of this projection has the subject ${subject}`);
    let text: string;
    try {
      text = decoder.decode(data);
    } catch {
      return err(`the body of ${entry.name} is no text`);
    }
    const body = parseExactJson(text).take();
    if (isErr(body)) return err(`the body of ${entry.name} ${jsonTextProblem(body.error)}`);
    const { validator } = entry.surface;
    if (!validator.check(body)) {
      const [issue] = validator.issues(body);
      return err(
        `the body of ${entry.name} does not fit its schema: ${issue?.path} ${issue?.message}`,
      );
    }
    const found = resolvePointer(body, entry.key);
    const key = typeof found === "string" || typeof found === "number" ? String(found) : "";
    if (!isKvKey(key)) {
      return err(`${entry.key} in the body of ${entry.name} is no key: ${JSON.stringify(found)}`);
    }
    const time = headerValue(headers, EVENT_TIME_HEADER) ?? new Date(writtenAt).toISOString();
    const id = headerValue(headers, EVENT_ID_HEADER) ?? `seq-${sequence}`;
    const { name, reduce } = entry;
    return ok({ name, body, reduce, meta: { time, sequence, key, id } });
  }
}

function entries(
  prefix: string,
  manifest: ContractManifest,
  { key }: ManifestProjection,
  names: readonly string[],
  reducers: unknown,
): Entry[] {
  return names.flatMap((event): Entry[] => {
    const surface = eventSurface(manifest, event);
    const reduce = memberOf(reducers, event);
    if (typeof reduce !== "function") {
      throw new TypeError(`the projection has no reducer for ${prefix}${event}`);
    }
    const pointer = typeof key === "string" ? key : key[event];
    if (surface === undefined || pointer === undefined) return [];
    // The types of a handlers file tie each reducer to the event of its name.
    return [{ name: prefix + event, surface, key: pointer, reduce: reduce as UntypedReducer }];
  });
}

function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null || !Object.hasOwn(object, name)) {
    return undefined;
  }
  return Reflect.get(object, name);
}

function isOf({ base, params }: EventSurface, subject: string): boolean {
  if (!subject.startsWith(base)) return false;
  const rest = subject.slice(base.length);
  return rest === ""
    ? params.length === 0
    : rest.startsWith(".") && rest.split(".").length - 1 === params.length;
}
