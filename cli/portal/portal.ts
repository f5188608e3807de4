import { isErr, ok, type Result } from "../../contracts/result.ts";
import type { ServerError } from "../nats_server/probe/server_error.ts";
import type { AuthorityError } from "../../reconcile/records/authority_error.ts";
import type { Answer } from "../pages/listen.ts";
import { LocalServer } from "../pages/local_server.ts";
import { FirstAdmin } from "./first_admin.ts";
import type { openProviders } from "../oidc/open_providers.ts";
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

/** The web pages where people log in, on this machine. */
export class Portal implements AsyncDisposable {
  readonly #server: LocalServer;
  readonly #publicUrl: string | undefined;
  #parts: ServedParts | undefined;
  #firstAdmin: FirstAdmin | undefined;
  #providers: ReturnType<typeof openProviders> | undefined;

  private constructor(server: LocalServer, publicUrl: string | undefined) {
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
    const portBefore = before !== undefined && URL.canParse(before) ? new URL(before).port : 0;
    return (await LocalServer.listen({
      port,
      before: Number(portBefore),
      option: "--portal-port",
      behindProxy: publicUrl !== undefined,
    })).map((server) => new Portal(server, publicUrl));
  }

  /** Where people reach it, as `http://127.0.0.1:41234`. */
  get url(): string {
    return this.#publicUrl ?? this.#server.url;
  }

  /** Begins to answer. */
  serve(parts: ServedParts): void {
    this.#parts = parts;
    const firstAdmin = new FirstAdmin({ ...parts, users: parts.platform.users });
    this.#firstAdmin = firstAdmin;
    this.#server.serve(() => this.#load({ ...parts, firstAdmin }));
  }

  /** Answers what another part of this process asks, in the place of a program or a page. */
  answer(request: Request, address: string): Promise<Response> {
    return this.#server.answer(request, address);
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
    await this.#server[Symbol.asyncDispose]();
  }

  async #openProviders(): ReturnType<typeof openProviders> {
    if (this.#parts === undefined) return ok([]);
    const { openProviders } = await import("../oidc/open_providers.ts");
    return await openProviders(this.#parts.project);
  }

  async #load(parts: ServedParts & Pick<PortalParts, "firstAdmin">): Promise<Answer> {
    const { portalApp } = await import("./portal_app.ts");
    const opened = (await this.providers()).take();
    // Passwords are good without them.
    const providers = isErr(opened) ? [] : opened;
    const app = portalApp({ ...parts, origin: this.url, providers });
    return (request, address) => app.fetch(request, { address });
  }
}
