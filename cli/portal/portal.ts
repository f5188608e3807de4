import { setTimeout as delay } from "node:timers/promises";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { ServerError } from "../nats_server/probe/server_error.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { FirstAdmin } from "./first_admin.ts";
import type { openProviders } from "../oidc/open_providers.ts";
import { addressBehindProxy } from "./public_address.ts";
import type { PortalParts } from "./portal_app.ts";

/** The only address that is listened on: whoever else wants to come in needs a way to this machine. */
const HOST = "127.0.0.1";
/** Milliseconds that requests in work may take at the end. */
const STOP_MS = 500;

type Answer = (request: Request, address: string) => Response | Promise<Response>;

/** What the portal is given, beside what it makes of it. */
export interface ServedParts extends Omit<PortalParts, "origin" | "firstAdmin" | "providers"> {
  /** The directory of the project. */
  readonly project: string;
}

/** How the portal listens. */
export interface ListenOptions {
  /** Where it was the last time, so that links go on where the port is free. */
  readonly before?: string | undefined;
  /** Where a proxy passes on what comes by TLS, as `https://trellis.example.org`. */
  readonly publicUrl?: string | undefined;
}

/** The web pages of Trellis, on this machine. */
export class Portal implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #parts = Promise.withResolvers<
    ServedParts & Pick<PortalParts, "firstAdmin"> | undefined
  >();
  #firstAdmin: FirstAdmin | undefined;
  #answer: Promise<Answer> | undefined;
  #providers: ReturnType<typeof openProviders> | undefined;

  readonly #publicUrl: string | undefined;

  private constructor(port: number, publicUrl: string | undefined) {
    this.#publicUrl = publicUrl;
    // It bounds neither connections nor how long one is idle: that is for the proxy by which others come here.
    this.#server = Deno.serve(
      { hostname: HOST, port, onListen: () => {} },
      async (request, { remoteAddr }) => {
        // What makes pages is loaded with the first request: nobody waits for it at a start.
        const answer = await (this.#answer ??= this.#load());
        const { hostname } = remoteAddr;
        // Nobody but a proxy is believed who says whom a request comes from.
        return await answer(
          request,
          publicUrl === undefined
            ? hostname
            : addressBehindProxy(request.headers.get("X-Forwarded-For"), hostname),
        );
      },
    );
  }

  /**
   * Listens. Requests wait until {@link serve} is called. Errors: `port_taken`.
   *
   * @param port 0: a free one
   */
  static listen(
    port: number,
    { before, publicUrl }: ListenOptions = {},
  ): Result<Portal, ServerError> {
    if (port === 0 && before !== undefined && URL.canParse(before)) {
      const again = Portal.listen(Number(new URL(before).port), { publicUrl });
      if (again.isOk()) return again;
    }
    try {
      return ok(new Portal(port, publicUrl));
    } catch (cause) {
      if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
      const hint = "name another one with --portal-port, or leave it out for a free one";
      return err(new ServerError("port_taken", `the port ${port} is taken`, { hint, cause }));
    }
  }

  /** Where people reach it, as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#publicUrl ?? `http://${HOST}:${this.#server.addr.port}`;
  }

  /** Begins to answer. */
  serve(parts: ServedParts): void {
    const firstAdmin = new FirstAdmin(parts.platform.users, parts.now);
    this.#firstAdmin = firstAdmin;
    this.#parts.resolve({ ...parts, firstAdmin });
  }

  /** By whom people can sign in, beside passwords; read once. Errors: those of the settings. */
  providers(): ReturnType<typeof openProviders> {
    return this.#providers ??= this.#openProviders();
  }

  /** The link that makes the first admin; undefined where there is one. */
  async firstAdminUrl(): Promise<Result<string | undefined, AuthorityError>> {
    const token = await this.#firstAdmin?.token() ?? ok(undefined);
    return token.map((token) => token && `${this.url}/first-admin/${token}`);
  }

  /** Answers no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.resolve(undefined);
    const late = new AbortController();
    await Promise.race([
      this.#server.shutdown(),
      delay(STOP_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
  }

  async #openProviders(): ReturnType<typeof openProviders> {
    const parts = await this.#parts.promise;
    if (parts === undefined) return ok([]);
    const { openProviders } = await import("../oidc/open_providers.ts");
    return await openProviders(parts.project);
  }

  async #load(): Promise<Answer> {
    const parts = await this.#parts.promise;
    if (parts === undefined) return () => new Response("Trellis stops", { status: 503 });
    const { portalApp } = await import("./portal_app.ts");
    const opened = (await this.providers()).take();
    // Passwords are good without them.
    const providers = isErr(opened) ? [] : opened;
    const app = portalApp({ ...parts, origin: this.url, providers });
    return (request, address) => app.fetch(request, { address });
  }
}
