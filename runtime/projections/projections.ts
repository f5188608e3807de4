import type { Contract } from "../../contracts/define/contract.ts";
import type { ManifestKv } from "../../contracts/manifest/manifest.ts";
import type { Bindings } from "../../contracts/stored/bindings.ts";
import { projectionShape } from "../../contracts/stored/projection_names.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { openTypedKV } from "../kv/nats/open_typed_kv.ts";
import { ValueCodec } from "../kv/value_codec.ts";
import type { Log } from "../log.ts";
import { inboxPrefix } from "../nats/connection.ts";
import { JetStreamRequests } from "../nats/jetstream/jetstream_requests.ts";
import { pause } from "../nats/pause.ts";
import type { NatsMessaging } from "../rpc/nats/nats_messaging.ts";
import { ProjectedEvents } from "./projected_events.ts";
import { ProjectedKV } from "./projected_kv.ts";
import { Projection } from "./projection.ts";

/** Milliseconds between two looks at the bindings, and while a bucket is made again. */
const LOOK_MS = 2000;
const QUICK_LOOK_MS = 500;

/** What the projections of a service are made of. */
export interface ProjectionsParts {
  readonly contract: Contract;
  readonly deployment: string;
  readonly messaging: NatsMessaging;
  readonly bindings: Pick<Bindings, "kv" | "projections" | "dead">;
  /** Reads the bindings again; undefined when they cannot be read at the moment. */
  readonly readBindings: () => Promise<Bindings | undefined>;
  /** What handlers read, by alias. */
  readonly kv: ReadonlyMap<string, unknown>;
  readonly log: Log;
}

/** The projections of a service: each is kept up from when its reducers are there. */
export class Projections {
  readonly #parts: ProjectionsParts;
  readonly #requests: JetStreamRequests;
  readonly #running = new Map<string, Projection>();
  readonly #ready = new Map<string, Promise<void>>();
  readonly #stop = new AbortController();
  #bindings: ProjectionsParts["bindings"];
  #watching: Promise<void> | undefined;

  /** Nothing is asked of the server before the reducers are there. */
  constructor(parts: ProjectionsParts) {
    this.#parts = parts;
    this.#bindings = parts.bindings;
    const { line, session } = parts.messaging;
    this.#requests = JetStreamRequests.of(line, inboxPrefix(session));
  }

  /** Aliases of the buckets that are projections. */
  get names(): readonly string[] {
    const buckets = Object.entries(this.#parts.contract.manifest.resources?.kv ?? {});
    return buckets.flatMap(([alias, { projection }]) => projection === undefined ? [] : [alias]);
  }

  /** True when all have their reducers. */
  get allWork(): boolean {
    return this.names.every((alias) => this.#running.has(alias));
  }

  /** Resolves when handlers read what this code makes. */
  async ready(): Promise<void> {
    await Promise.all(this.#ready.values());
  }

  /** Takes the reducers of a projection, as a handlers file has them, and begins. */
  handle(alias: string, reducers: object): void {
    const { contract, deployment, kv } = this.#parts;
    const need = contract.manifest.resources?.kv?.[alias];
    if (need?.projection === undefined) throw new TypeError(`${alias} is no projection`);
    if (this.#running.has(alias)) throw new TypeError(`${alias} has its reducers already`);
    const events = new ProjectedEvents(contract, need.projection, reducers);
    const binding = this.#bindings.projections?.[alias];
    const handle = kv.get(alias);
    if (binding === undefined || !(handle instanceof ProjectedKV)) {
      throw new TypeError(`the projection ${alias} of ${deployment} is not bound`);
    }
    if (this.#stop.signal.aborted) return;
    const projection = this.#projection(alias, need, events, handle);
    this.#running.set(alias, projection);
    this.#ready.set(alias, projection.apply(binding));
    this.#watching ??= this.#watch();
  }

  /** Stops when the batches in work are done. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([...this.#running.values()].map((projection) => projection.stop()));
    await this.#watching;
  }

  #projection(
    alias: string,
    need: ManifestKv,
    events: ProjectedEvents,
    kv: ProjectedKV<unknown>,
  ): Projection {
    const { contract, deployment, messaging, log } = this.#parts;
    const { line: connection, session } = messaging;
    const embedded = contract.manifest.schemas?.[need.schema.schema] ?? true;
    const schema = typeof embedded === "object" ? embedded : {};
    const binding = this.#bindings.kv[alias];
    return new Projection({
      deployment,
      alias,
      shape: shapeOf(need, embedded),
      requests: this.#requests,
      events,
      codec: new ValueCodec<unknown>(validatorOf(embedded), alias, need.maxValueBytes),
      kv,
      open: (bucket) =>
        openTypedKV<unknown>({
          connection,
          inboxPrefix: inboxPrefix(session),
          binding: { ...(binding ?? { history: 1, ttlMs: 0 }), bucket },
          alias,
          schema,
        }),
      dead: this.#bindings.dead,
      log,
    });
  }

  /** Follows the bindings: a bucket that is to be made again, and one that takes the place of another. */
  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      const { projections = {} } = this.#bindings;
      const isMaking = Object.values(projections).some(({ next }) => next !== undefined);
      if (!await pause(isMaking ? QUICK_LOOK_MS : LOOK_MS, signal)) return;
      const bindings = await this.#parts.readBindings();
      if (bindings === undefined || signal.aborted) continue;
      this.#bindings = bindings;
      for (const [alias, projection] of this.#running) {
        const binding = bindings.projections?.[alias];
        if (binding !== undefined) projection.apply(binding);
      }
    }
  }
}

function shapeOf({ projection }: ManifestKv, schema: unknown): string {
  const { self = [], uses = {}, key, version } = projection ?? { key: "" };
  const used = Object.entries(uses)
    .flatMap(([alias, names]) => names.map((name) => `uses.${alias}:${name}`));
  const events = [...used, ...self.map((name) => `self:${name}`)];
  return projectionShape({ schema, key, version, events });
}
