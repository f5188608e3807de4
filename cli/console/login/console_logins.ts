import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { isErr, ok, type Result } from "../../../contracts/result.ts";
import type { TransportError } from "../../../contracts/errors/transport_error.ts";
import {
  type LoginProgress,
  PortalClient,
  type Send,
} from "../../../runtime/session/portal_client.ts";
import { Expiring } from "../../pages/expiring.ts";

/** As long as the portal keeps one. */
const PENDING = { lifetimeMs: 10 * 60_000, most: 200, mostEach: 50 };
/** What the person sees of the device; the Console's origin is shown beside it. */
const DEVICE = "a web browser";

/** A login that a browser was sent to. */
export interface PendingLogin {
  /** What the browser brings when it comes back. */
  readonly ticket: string;
  readonly key: KeyPair;
  /** How the portal calls it. */
  readonly id: string;
  /** Where the browser wants to go afterwards. */
  readonly next: string;
}

/** The portal where people log in to the Console. */
export interface ConsolePortal {
  readonly url: string;
  /** Asks it something. */
  answer(request: Request, address: string): Promise<Response>;
}

/** Asks the portal to log people in, with keys that are made here. */
export class ConsoleLogins {
  readonly #portal: ConsolePortal;
  readonly #origin: string;
  readonly #pending: Expiring<PendingLogin>;

  /**
   * @param portal where people log in
   * @param origin where the Console is
   * @param now milliseconds since 1970
   */
  constructor(portal: ConsolePortal, origin: string, now: () => number) {
    this.#portal = portal;
    this.#origin = origin;
    this.#pending = new Expiring({ ...PENDING, now });
  }

  /** Begins a login: what the browser brings when it comes back, and where it goes by a form; undefined: too many wait. */
  async begin(
    next: string,
    address: string,
  ): Promise<
    Result<{ readonly ticket: string; readonly url: string } | undefined, TransportError>
  > {
    const key = KeyPair.generate("user");
    const client = this.#client(address).take();
    if (isErr(client)) return client;
    const returnTo = `${this.#origin}/login/back`;
    const asked = (await client.ask({ key, device: DEVICE, returnTo })).take();
    if (isErr(asked)) return asked;
    const { id, url } = asked;
    const pending = this.#pending.add((ticket) => ({ key, id, next, ticket }), address);
    return ok(pending && { ticket: pending.ticket, url });
  }

  /** The login that a browser comes back from; undefined where it began none. */
  get(ticket: string): PendingLogin | undefined {
    return this.#pending.get(ticket);
  }

  /** What has become of it. */
  async progress({ id }: PendingLogin): Promise<Result<LoginProgress, TransportError>> {
    const client = this.#client("").take();
    return isErr(client) ? client : await client.progress(id);
  }

  /** It is over. */
  forget(ticket: string): void {
    this.#pending.take(ticket);
  }

  /** Nothing leaves this process; the portal sees a page of the Console that asks. */
  #client(address: string): Result<PortalClient, TransportError> {
    const send: Send = (url, init) => {
      const headers = new Headers(init.headers);
      headers.set("Host", new URL(url).host);
      headers.set("Origin", this.#origin);
      if (typeof init.body === "string") {
        headers.set("Content-Length", `${new TextEncoder().encode(init.body).length}`);
      }
      return this.#portal.answer(new Request(url, { ...init, headers }), address);
    };
    return PortalClient.at(this.#portal.url, send);
  }
}
