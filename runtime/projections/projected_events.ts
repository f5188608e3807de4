import type { Contract } from "../../contracts/define/contract.ts";
import { parsePointer, resolveTokens } from "../../contracts/json/json_pointer.ts";
import type { ContractManifest, ManifestProjection } from "../../contracts/manifest/manifest.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { type EventSurface, eventSurface, paramCount } from "../events/prepare_event.ts";
import { type BodyMisfit, readBody } from "../events/read_body.ts";
import { headerValue } from "../nats/headers/received_headers.ts";
import { EVENT_TIME_HEADER, storedEventId } from "../events/nats/event_headers.ts";
import type { StoredMessage } from "../nats/jetstream/stored_message.ts";
import { eventKey } from "./event_key.ts";
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
  /** Its tokens. */
  readonly path: readonly string[];
  readonly reduce: UntypedReducer;
}

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
  read(message: StoredMessage): Result<ProjectedEvent, string> {
    const { subject, data } = message;
    const entry = this.#entries.find(({ surface }) =>
      paramCount(surface, subject) === surface.params.length
    );
    if (entry === undefined) return err(`no event of this projection has the subject ${subject}`);
    const body = readBody(entry.surface.validator, data).take();
    if (isErr(body)) return err(`the body of ${entry.name} ${misfitText(body.error)}`);
    const key = eventKey(body, entry.path);
    if (key === undefined) {
      const found = JSON.stringify(resolveTokens(body, entry.path));
      return err(`${entry.key} in the body of ${entry.name} is no key: ${found}`);
    }
    const { name, reduce } = entry;
    return ok({ name, body, reduce, meta: new EventMeta(message, key) });
  }
}

/** Most reducers ask for neither id nor time: headers are read for those that do. */
class EventMeta implements ReducedEvent {
  readonly sequence: number;
  readonly key: string;
  readonly #message: StoredMessage;

  constructor(message: StoredMessage, key: string) {
    this.sequence = message.sequence;
    this.key = key;
    this.#message = message;
  }

  get time(): string {
    const { headers, writtenAt } = this.#message;
    return headerValue(headers, EVENT_TIME_HEADER) ?? new Date(writtenAt).toISOString();
  }

  get id(): string {
    return storedEventId(this.#message);
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
    const path = parsePointer(pointer ?? "");
    if (surface === undefined || pointer === undefined || path === undefined) return [];
    // The types of a handlers file tie each reducer to the event of its name.
    const untyped = reduce as UntypedReducer;
    return [{ name: prefix + event, surface, key: pointer, path, reduce: untyped }];
  });
}

function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null || !Object.hasOwn(object, name)) {
    return undefined;
  }
  return Reflect.get(object, name);
}

function misfitText(misfit: BodyMisfit): string {
  if (misfit.kind === "text") return misfit.problem;
  const [issue] = misfit.issues;
  return `does not fit its schema: ${issue?.path} ${issue?.message}`;
}
