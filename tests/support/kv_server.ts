/** A real server with buckets, for the tests of the KV adapter. */
import { Kvm, type KvOptions } from "@nats-io/kv";
import { jetstream } from "@nats-io/jetstream";
import { connect, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-deno";
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import type { ServerProcess } from "../../cli/nats_server/server_process.ts";
import type { KvResourceBinding } from "../../contracts/stored/bindings.ts";
import type { TypedKV } from "../../runtime/kv/typed_kv.ts";
import { openTypedKV, type OpenTypedKVOptions } from "../../runtime/kv/nats/open_typed_kv.ts";
import { launchServer } from "./servers/launch_server.ts";
import { giveBackServer, removeServer, takeServer } from "./servers/server_pool.ts";

/** The schema that most tests use. */
export const Order = Type.Object({
  orderId: Type.String(),
  quantity: Type.Integer({ minimum: 1 }),
});
/** A value of {@link Order}. */
export type Order = Static<typeof Order>;

/** An order, told apart by its number. */
export function order(quantity: number): Order {
  return { orderId: `o-${quantity}`, quantity };
}

/** A server that can be stopped, killed and started again on the same port and store. */
export class KvTestServer implements AsyncDisposable {
  readonly #storeDir: string;
  readonly #configText: string | undefined;
  readonly #connections: NatsConnection[] = [];
  #process: ServerProcess;
  /** Something else than requests was done to it. */
  #isTouched = false;

  private constructor(process: ServerProcess, storeDir: string, configText?: string) {
    this.#process = process;
    this.#storeDir = storeDir;
    this.#configText = configText;
  }

  static async start(configText?: string): Promise<KvTestServer> {
    const { process, storeDir } = await takeServer({ configText });
    return new KvTestServer(process, storeDir, configText);
  }

  get url(): string {
    return this.#process.url;
  }

  get pid(): number {
    this.#isTouched = true;
    return this.#process.pid;
  }

  /** Ends the server in order. */
  async stop(): Promise<void> {
    this.#isTouched = true;
    await this.#process.stop();
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    this.#isTouched = true;
    await this.#process.kill();
  }

  /** Starts it again after {@link stop} or {@link kill}. */
  async startAgain(): Promise<void> {
    this.#process = await launchServer(this.#storeDir, this.#process.port, {
      configText: this.#configText,
    });
  }

  /** A connection that is closed with the server. */
  async connect(options: ConnectionOptions = {}): Promise<NatsConnection> {
    const connection = await connect({
      servers: this.url,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 20,
      reconnectJitter: 0,
      ...options,
    });
    this.#connections.push(connection);
    return connection;
  }

  /** A connection, a new bucket, and a typed store over it. */
  async bucket<S extends TSchema = typeof Order>(
    name: string,
    options: Partial<KvOptions> = {},
    open: Partial<OpenTypedKVOptions> & { schema?: S } = {},
  ): Promise<{ kv: TypedKV<Static<S>>; connection: NatsConnection }> {
    const connection = await this.connect();
    await createBucket(connection, name, options);
    return { connection, kv: await openBucket<Static<S>>(connection, name, open) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
    const server = { process: this.#process, storeDir: this.#storeDir };
    if (this.#isTouched) await removeServer(server);
    else await giveBackServer(server, { configText: this.#configText });
  }
}

/** Makes a bucket as reconciliation would. */
export async function createBucket(
  connection: NatsConnection,
  name: string,
  options: Partial<KvOptions> = {},
): Promise<void> {
  await new Kvm(jetstream(connection)).create(name, { ...options });
}

/** Opens an existing bucket. */
export async function openBucket<T>(
  connection: NatsConnection,
  bucket: string,
  options: Partial<OpenTypedKVOptions> & { binding?: KvResourceBinding } = {},
): Promise<TypedKV<T>> {
  const binding: KvResourceBinding = { bucket, history: 1, ttlMs: 0, ...options.binding };
  const { schema = Order } = options;
  return (await openTypedKV<T>({ connection, alias: "orders", ...options, binding, schema }))
    .orThrow();
}

/** The first items of an iteration; fails when they do not come within ten seconds. */
export async function first<T>(count: number, source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${items.length} of ${count} came`)), 60_000);
  try {
    await Promise.race([take(count, source, items), late]);
  } finally {
    clearTimeout(timer);
  }
  return items;
}

async function take<T>(count: number, source: AsyncIterable<T>, items: T[]): Promise<void> {
  for await (const item of source) {
    items.push(item);
    if (items.length === count) break;
  }
}
