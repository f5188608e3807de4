import type { StateError } from "../../contracts/errors/state_error.ts";
import type { TransportError } from "../../contracts/errors/transport_error.ts";
import { ValidationError } from "../../contracts/errors/validation_error.ts";
import type { BySurfacePath } from "../../contracts/manifest/surface_path.ts";
import type { StateFound } from "../../contracts/platform/models/index.ts";
import type { StateBody } from "../../contracts/platform/state_sdk.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { normalizePageQuery } from "../../contracts/schema/page.ts";
import type { CallOptions } from "../rpc/call_options.ts";
import { malformedReply } from "../rpc/error_envelope.ts";
import type { CallError, RpcCall } from "../rpc/rpc_call.ts";
import type { StateDeleteOptions, StateListQuery, StatePutOptions } from "./state_options.ts";
import { stateKeyError } from "./state_key_error.ts";
import { foundProblem, type StoreShape, valueProblem } from "./store_shape.ts";

/** The RPCs with which everybody may reach their own state. */
export type OwnState = Exclude<keyof StateBody["rpc"], `State.Admin.${string}`>;

/** The calls of these RPCs: `state.get`, `state.put`, `state.delete` and `state.list`. */
export type StateRpc = BySurfacePath<
  { readonly [Name in OwnState]: RpcCall<StateBody["rpc"][Name]> }
>;

/** Every way in which an operation on state can fail. */
export type StateFailure = StateError | CallError;

/** An answer whose values fit the declaration, which has its type. */
type Answer = Promise<Result<unknown, StateFailure>>;

const NOT_ASKED = "it holds an entry that was not asked for";

/**
 * One store as untyped code reaches it, or what a map has below a root. What is sent is checked before it is
 * sent, and what is answered before it is returned.
 */
export class StoreAccess {
  readonly #shape: StoreShape;
  readonly #calls: StateRpc["state"];
  readonly #root: string;

  /** @param root what the keys begin with that are seen from here: empty, or a text that ends with `/` */
  constructor(shape: StoreShape, calls: StateRpc["state"], root = "") {
    this.#shape = shape;
    this.#calls = calls;
    this.#root = root;
  }

  /** What is below a path from here. */
  below(path: string): StoreAccess {
    const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
    const root = trimmed === "" ? this.#root : `${this.#root}${trimmed}/`;
    return new StoreAccess(this.#shape, this.#calls, root);
  }

  /** Asks for the entry under a key, or that of a value store. */
  async get(at: string | undefined, options?: CallOptions): Answer {
    const key = this.#wholeKey(at).take();
    if (isErr(key)) return key;
    const answer = (await this.#calls.get({ store: this.#shape.name, key }, options)).take();
    if (isErr(answer)) return answer;
    const seen = (found: StateFound) => this.#seen("State.Get", found, (other) => other === key);
    if (!("found" in answer)) return seen(answer);
    return answer.found ? seen(answer.entry).map((entry) => ({ ...answer, entry })) : ok(answer);
  }

  /** Writes an entry. */
  async put(at: string | undefined, value: unknown, options: StatePutOptions = {}): Answer {
    const key = this.#wholeKey(at).take();
    if (isErr(key)) return key;
    const refused = valueProblem(this.#shape, value);
    if (refused !== undefined) return err(refused);
    const { expectedRevision, ttlMs } = options;
    const input = { store: this.#shape.name, key, value, expectedRevision, ttlMs };
    const answer = (await this.#calls.put(input, options)).take();
    if (isErr(answer)) return answer;
    const seen = (found: StateFound) => this.#seen("State.Put", found, (other) => other === key);
    if (answer.applied) return seen(answer.entry).map((entry) => ({ ...answer, entry }));
    if (answer.current === undefined) return ok(answer);
    return seen(answer.current).map((current) => ({ ...answer, current }));
  }

  /** Deletes an entry. */
  async delete(at: string | undefined, options: StateDeleteOptions = {}): Answer {
    const key = this.#wholeKey(at).take();
    if (isErr(key)) return key;
    const { expectedRevision } = options;
    return await this.#calls.delete({ store: this.#shape.name, key, expectedRevision }, options);
  }

  /** Asks for a page of what is below the root. */
  async list(query: StateListQuery): Answer {
    const { name: store } = this.#shape;
    const refused = pageProblem(store, query) ??
      (this.#root === "" ? undefined : stateKeyError(store, this.#root));
    if (refused !== undefined) return err(refused);
    const prefix = this.#root === "" ? undefined : this.#root.slice(0, -1);
    const { offset, limit } = query;
    const answer = (await this.#calls.list({ store, prefix, offset, limit }, query)).take();
    if (isErr(answer)) return answer;
    const isBelow = (key = "") => key.startsWith(this.#root);
    const entries: StateFound[] = [];
    for (const found of answer.entries) {
      const seen = this.#seen("State.List", found, isBelow).take();
      if (isErr(seen)) return seen;
      entries.push(seen);
    }
    if (answer.unreadable === undefined) return ok({ ...answer, entries });
    if (!answer.unreadable.every(({ key }) => isBelow(key))) {
      return err(malformedReply("State.List", NOT_ASKED));
    }
    return ok({ ...answer, entries, unreadable: answer.unreadable.map((at) => this.#below(at)) });
  }

  /** What was found, when it is what was asked for and fits the declaration, with its key as seen from here. */
  #seen(
    rpc: string,
    found: StateFound,
    isAsked: (key?: string) => boolean,
  ): Result<StateFound, TransportError> {
    const isOld = "migrationRequired" in found;
    const { key } = isOld ? found.entry : found;
    const problem = isAsked(key) ? foundProblem(this.#shape, found) : NOT_ASKED;
    if (problem !== undefined) {
      const where = key === undefined ? "" : ` "${key}"`;
      return err(malformedReply(rpc, `state.${this.#shape.name}${where}: ${problem}`));
    }
    return ok(isOld ? { ...found, entry: this.#below(found.entry) } : this.#below(found));
  }

  #below<Entry extends { key?: string }>(entry: Entry): Entry {
    const { key } = entry;
    return key === undefined || this.#root === ""
      ? entry
      : { ...entry, key: key.slice(this.#root.length) };
  }

  #wholeKey(at: string | undefined): Result<string | undefined, StateError> {
    if (at === undefined) return ok(undefined);
    const key = this.#root + at;
    const refused = stateKeyError(this.#shape.name, key);
    return refused === undefined ? ok(key) : err(refused);
  }
}

function pageProblem(store: string, query: StateListQuery): ValidationError | undefined {
  try {
    normalizePageQuery(query);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const issues = [{ path: "", message: cause.message }];
    return new ValidationError({ subject: `the page of state.${store}`, issues, cause });
  }
}
