import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ServerError } from "../nats_server/probe/server_error.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import { FirstAdmin } from "./first_admin.ts";
import type { openProviders } from "../oidc/open_providers.ts";
import { type Answer, listen, type PageServer } from "../pages/listen.ts";
import type { PortalParts } from "./portal_app.ts";

/** What the portal is given, beside what it makes of it. */
export interface ServedParts extends Omit<PortalParts, "origin" | "firstAdmin" | "providers"> {
  /** The directory of the project. */
  readonly project: string;
}

/** How the portal listens. */
export interface PortalOptions {
  /** Where it was the last time, so that links go on where the port is free. */
  readonly before?: string | undefined;
  /** Where a proxy passes on what comes by TLS, as `https://trellis.example.org`. */
  readonly publicUrl?: string | undefined;
}

/** The web pages of Trellis, on this machine. */
export class Portal implements AsyncDisposable {
  readonly #server: PageServer;
  readonly #parts = Promise.withResolvers<
    ServedParts & Pick<PortalParts, "firstAdmin"> | undefined
  >();
  #firstAdmin: FirstAdmin | undefined;
  #answer: Promise<Answer> | undefined;
  #providers: ReturnType<typeof openProviders> | undefined;

  readonly #publicUrl: string | undefined;

  private constructor(server: PageServer, publicUrl: string | undefined) {
    this.#server = server;
    this.#publicUrl = publicUrl;
  }

  /**
   * Listens. Requests wait until {@link serve} is called. Errors: `port_taken`.
   *
   * @param port 0: a free one
   */
  static async listen(
    port: number,
    { before, publicUrl }: PortalOptions = {},
  ): Promise<Result<Portal, ServerError>> {
    if (port === 0 && before !== undefined && URL.canParse(before)) {
      const again = await Portal.listen(Number(new URL(before).port), { publicUrl });
      if (again.isOk()) return again;
    }
    const portal = Promise.withResolvers<Portal>();
    const answer: Answer = async (request, address) =>
      await (await portal.promise).#answerTo(request, address);
    const listening = await listen({ port, answer, behindProxy: publicUrl !== undefined });
    return listening.map((server) => {
      const opened = new Portal(server, publicUrl);
      portal.resolve(opened);
      return opened;
    });
  }

  /** Where people reach it, as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#publicUrl ?? this.#server.url;
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
    await this.#server[Symbol.asyncDispose]();
  }

  async #openProviders(): ReturnType<typeof openProviders> {
    const parts = await this.#parts.promise;
    if (parts === undefined) return ok([]);
    const { openProviders } = await import("../oidc/open_providers.ts");
    return await openProviders(parts.project);
  }

  async #answerTo(request: Request, address: string): Promise<Response> {
    // What makes pages is loaded with the first request: nobody waits for it at a start.
    const answer = await (this.#answer ??= this.#load());
    return await answer(request, address);
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
