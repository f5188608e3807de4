import { setTimeout as delay } from "node:timers/promises";
import { err, ok, type Result } from "../../contracts/result.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";

/** The only address that is listened on: whoever else wants to come in needs a way to this machine. */
const HOST = "127.0.0.1";
/** Milliseconds that requests in work may take at the end. */
const STOP_MS = 500;

/** Answers a request that has come from an address. */
export type Answer = (request: Request, address: string) => Response | Promise<Response>;

/** Where a server listens. */
export interface LocalPort {
  /** 0: a free one. */
  readonly port: number;
  /** Which one it was the last time: taken again where it is free, so that links go on. */
  readonly before?: number | undefined;
  /** The option that names another one, as `--portal-port`. */
  readonly option: string;
}

/** Serves pages on this machine. Requests wait until it is said what answers them. */
export class LocalServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #loader = Promise.withResolvers<() => Promise<Answer>>();
  #answer: Promise<Answer> | undefined;

  private constructor(port: number) {
    // It bounds neither connections nor how long one is idle: that is for the proxy by which others come here.
    this.#server = Deno.serve(
      { hostname: HOST, port, onListen: () => {} },
      (request, { remoteAddr }) => this.answer(request, remoteAddr.hostname),
    );
  }

  /** Listens. Errors: `port_taken`. */
  static listen({ port, before = 0, option }: LocalPort): Result<LocalServer, ServerError> {
    if (port === 0 && before !== 0) {
      const again = LocalServer.listen({ port: before, option });
      if (again.isOk()) return again;
    }
    try {
      return ok(new LocalServer(port));
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      const hint = `name another one with ${option}, or leave it out for a free one`;
      return err(new ServerError("port_taken", `the port ${port} is taken`, { hint, cause }));
    }
  }

  /** Which port it is. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** Where it is, as `http://127.0.0.1:41234`. */
  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /**
   * Begins to answer.
   *
   * @param load makes what answers; called with the first request, so that nobody waits for it at a start
   */
  serve(load: () => Promise<Answer>): void {
    this.#loader.resolve(load);
  }

  /** Answers a request as if it had come by the network. */
  async answer(request: Request, address: string): Promise<Response> {
    const answer = await (this.#answer ??= this.#loader.promise.then((load) => load()));
    return await answer(request, address);
  }

  /** Answers no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.serve(() => Promise.resolve(() => new Response("Trellis stops", { status: 503 })));
    const late = new AbortController();
    await Promise.race([
      this.#server.shutdown(),
      delay(STOP_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
  }
}
