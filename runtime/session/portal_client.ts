import { loginProof } from "../../contracts/identity/login_proof.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import { TransportError } from "../../contracts/errors/transport_error.ts";
import { encodeBase64 } from "../../contracts/json/base64.ts";
import { isRecord, readJson } from "../../contracts/json/json.ts";
import type { ContractManifest } from "../../contracts/manifest/manifest.ts";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";

const TIMEOUT_MS = 10_000;

/** Where a portal says what clients need to know to connect. */
export const WELL_KNOWN = "/.well-known/trellis.json";

/** Where a person lets a key in, and what they compare. */
export interface LoginLink {
  /** The page where they decide. */
  readonly url: string;
  /** Shown there, too. */
  readonly code: string;
  /** As `2026-01-31T12:00:00.000Z`. */
  readonly expiresAt: string;
}

/** How a login stands, and the name of who has let it in. */
export interface LoginProgress {
  readonly state: "waiting" | "bound" | "refused" | "expired";
  readonly name: string;
}

/** Who asks for a login. */
export interface Asker {
  readonly key: SessionKey;
  /** What a person knows the device by. */
  readonly device: string;
  /** What it runs; a terminal has none. */
  readonly contract?: { readonly manifest: ContractManifest; readonly digest: string } | undefined;
  /** Where the browser of a page goes afterwards; only pages have one. */
  readonly returnTo?: string | undefined;
}

/** Sends a request, as `fetch` does. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** Asks a portal for logins. */
export class PortalClient {
  readonly #origin: string;
  readonly #send: Send;

  private constructor(origin: string, send: Send) {
    this.#origin = origin;
    this.#send = send;
  }

  /**
   * The portal at an address. Passwords are typed there: elsewhere than on this machine it takes TLS.
   *
   * @param send sends requests; by the network unless given
   */
  static at(url: string, send: Send = fetch): Result<PortalClient, TransportError> {
    const { protocol, hostname = "", origin = "" } = URL.canParse(url) ? new URL(url) : {};
    const isHere = protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
    if (protocol === "https:" || isHere) return ok(new PortalClient(origin, send));
    const hint =
      "write it as https://trellis.example.org, or http://127.0.0.1:41234 on this machine";
    return err(unavailable(`${url} is not the address of a portal`, hint));
  }

  /** The NATS servers that it belongs to. */
  async servers(): Promise<Result<readonly string[], TransportError>> {
    return (await this.#call("GET", WELL_KNOWN)).andThen(({ servers }) =>
      Array.isArray(servers) && servers.every((server) => typeof server === "string")
        ? ok(servers)
        : err(this.#noPortal())
    );
  }

  /** Asks for a login of a key. */
  async ask(
    { key, device, contract, returnTo }: Asker,
  ): Promise<Result<LoginLink & { readonly id: string }, TransportError>> {
    const given = (await this.#call("POST", "/api/challenges")).take();
    if (isErr(given)) return given;
    const challenge = String(given.challenge);
    const asked = (await this.#call("POST", "/api/logins", {
      publicKey: key.publicKey,
      device,
      challenge,
      signature: encodeBase64(await key.sign(loginProof(this.#origin, challenge))),
      returnTo,
      ...(contract && { contract: { manifest: contract.manifest, digest: contract.digest } }),
    })).take();
    if (isErr(asked)) return asked;
    const [id, url, code, expiresAt] = [asked.id, asked.url, asked.code, asked.expiresAt].map(
      String,
    );
    // Nobody is sent to another site.
    if (!id || !code || !expiresAt || !url?.startsWith(`${this.#origin}/`)) {
      return err(this.#noPortal());
    }
    return ok({ id, url, code, expiresAt });
  }

  /** How a login stands. */
  async progress(id: string): Promise<Result<LoginProgress, TransportError>> {
    return (await this.#call("GET", `/api/logins/${id}`)).map(read);
  }

  /** Waits no more; answers how the login stands then. */
  async cancel(id: string): Promise<Result<LoginProgress, TransportError>> {
    return (await this.#call("DELETE", `/api/logins/${id}`)).map(read);
  }

  async #call(
    method: string,
    path: string,
    body?: object,
  ): Promise<Result<Readonly<Record<string, unknown>>, TransportError>> {
    let text: string;
    let isDone: boolean;
    try {
      const send = this.#send;
      const response = await send(this.#origin + path, {
        method,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body &&
          { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
      });
      text = await response.text();
      isDone = response.ok || response.status === 404;
    } catch (cause) {
      const hint = "does the Trellis process of this server run, and can it be reached from here?";
      return err(unavailable(`no portal answers at ${this.#origin}`, hint, cause));
    }
    const answer = readJson(text);
    if (!isRecord(answer)) return err(this.#noPortal());
    if (isDone) return ok(answer);
    const { message = "it says no", hint } = answer;
    return err(
      new TransportError({
        message: `the portal at ${this.#origin} refuses: ${message}`,
        code: "trellis.login.refused",
        hint: typeof hint === "string" ? hint : "try again",
      }),
    );
  }

  #noPortal(): TransportError {
    return unavailable(
      `${this.#origin} does not answer as a portal of this version`,
      "is it the address that trellis dev or trellis start has printed?",
    );
  }
}

function read({ state, name }: Readonly<Record<string, unknown>>): LoginProgress {
  const known = (["waiting", "bound", "refused"] as const).find((one) => one === state);
  return { state: known ?? "expired", name: typeof name === "string" ? name : "" };
}

function unavailable(message: string, hint: string, cause?: unknown): TransportError {
  return new TransportError({ message, code: "trellis.login.unavailable", hint, cause });
}
