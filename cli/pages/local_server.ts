import type { Result } from "../../contracts/result.ts";
import type { ServerError } from "../nats_server/probe/server_error.ts";
import { type Answer, listen, type PageServer } from "./listen.ts";

/** Where a server listens. */
export interface LocalPort {
  /** 0: a free one. */
  readonly port: number;
  /** Which one it was the last time: taken again where it is free, so that links go on. */
  readonly before?: number | undefined;
  /** The option that names another one, as `--portal-port`. */
  readonly option: string;
  /** Whether a proxy is believed who says whom a request comes from. */
  readonly behindProxy?: boolean;
}

/** Serves pages on this machine. Requests wait until it is said what answers them. */
export class LocalServer implements AsyncDisposable {
  readonly #server: PageServer;
  readonly #pages: LatePages;

  private constructor(server: PageServer, pages: LatePages) {
    this.#server = server;
    this.#pages = pages;
  }

  /** Listens. Errors: `port_taken`. */
  static async listen(
    { port, before = 0, ...place }: LocalPort,
  ): Promise<Result<LocalServer, ServerError>> {
    if (port === 0 && before !== 0) {
      const again = await LocalServer.listen({ port: before, ...place });
      if (again.isOk()) return again;
    }
    const pages = new LatePages();
    const { answer } = pages;
    return (await listen({ port, answer, ...place }))
      .map((server) => new LocalServer(server, pages));
  }

  /** Which port it is. */
  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Where it is, as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#server.url;
  }

  /**
   * Begins to answer.
   *
   * @param load makes what answers; called with the first request, so that nobody waits for it at a start
   */
  serve(load: () => Promise<Answer>): void {
    this.#pages.serve(load);
  }

  /** Answers a request as if it had come by the network. */
  async answer(request: Request, address: string): Promise<Response> {
    return await this.#pages.answer(request, address);
  }

  /** Answers no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.serve(() => Promise.resolve(() => new Response("Trellis stops", { status: 503 })));
    await this.#server[Symbol.asyncDispose]();
  }
}

/** What answers requests, once it is said; they wait for it. */
class LatePages {
  readonly #loader = Promise.withResolvers<() => Promise<Answer>>();
  #loaded: Promise<Answer> | undefined;

  readonly answer: Answer = async (request, address) => {
    const answer = await (this.#loaded ??= this.#loader.promise.then((load) => load()));
    return await answer(request, address);
  };

  serve(load: () => Promise<Answer>): void {
    this.#loader.resolve(load);
  }
}
