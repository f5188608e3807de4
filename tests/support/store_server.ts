import type { StoreResourceBinding } from "../../contracts/stored/bindings.ts";
import type { SettingsOf } from "../../reconcile/resources/settings.ts";
import { storeBinding } from "../../reconcile/resources/resource_rules.ts";
import {
  openTypedStore,
  type OpenTypedStoreOptions,
} from "../../runtime/store/nats/open_typed_store.ts";
import { inboxPrefix } from "../../runtime/nats/connection.ts";
import { connectMessaging, type NatsMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import type { TypedStore } from "../../runtime/store/typed_store.ts";
import { RawStore } from "./nats/raw_stores.ts";
import type { LaunchSettings } from "./servers/launch_server.ts";
import { TrellisServer } from "./trellis_server.ts";

/** Physical name of the store that tests use. */
export const STORE = "svc_documents_uploads";

/** What a test chooses of its store. */
export interface StoreTestSettings extends Partial<SettingsOf<"store">> {
  readonly server?: LaunchSettings;
}

/** A server with one store, opened as often as one likes. */
export class StoreServer implements AsyncDisposable {
  /** The server. */
  readonly server: TrellisServer;
  /** The store as other tools see it. */
  readonly raw: RawStore;
  readonly #binding: StoreResourceBinding;
  readonly #opened: NatsMessaging[] = [];

  private constructor(server: TrellisServer, raw: RawStore, binding: StoreResourceBinding) {
    this.server = server;
    this.raw = raw;
    this.#binding = binding;
  }

  /** Starts a server and makes the store. */
  static async start(settings: StoreTestSettings = {}): Promise<StoreServer> {
    const { server: serverSettings, ...limits } = settings;
    const server = await TrellisServer.start(serverSettings);
    const raw = new RawStore((await server.connect("raw")).connection, STORE);
    await raw.create(limits);
    return new StoreServer(server, raw, storeBinding(await raw.state()));
  }

  /** The store over a connection of its own. */
  async open(
    options: Partial<OpenTypedStoreOptions> & { readonly url?: string } = {},
  ): Promise<TypedStore> {
    return (await this.connect(options)).store;
  }

  /** The store and its connection. */
  async connect(
    { url = this.server.url, ...options }: Partial<OpenTypedStoreOptions> & {
      readonly url?: string;
    } = {},
  ): Promise<{ readonly store: TypedStore; readonly messaging: NatsMessaging }> {
    const messaging = (await connectMessaging({ servers: url, name: "store" })).orThrow();
    this.#opened.push(messaging);
    const opened = await openTypedStore({
      connection: messaging.line,
      inboxPrefix: inboxPrefix(messaging.session),
      binding: this.#binding,
      alias: "uploads",
      // What a test is not about may take its time on a loaded machine.
      timeoutMs: 60_000,
      idleMs: 60_000,
      ...options,
    });
    return { store: opened.orThrow(), messaging };
  }

  /** Closes and removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#opened) await one.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Bytes that differ from place to place and from seed to seed. */
export function bytesOf(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed * 2654435761 >>> 0;
  for (let i = 0; i < words.length; i++) {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + i >>> 0;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Bytes as a stream of small pieces; fails at its end when an error is given. */
export async function* pieces(
  bytes: Uint8Array,
  size = 50_000,
  failure?: Error,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  if (failure !== undefined) throw failure;
}

/** All bytes of a stream. */
export async function collect(
  stream: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}
