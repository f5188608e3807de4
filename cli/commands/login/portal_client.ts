import type { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { loginProof } from "../../../contracts/identity/login_proof.ts";
import { isRecord, readJson } from "../../../contracts/json/json.ts";
import { err, isErr, ok, type Result } from "../../../contracts/result.ts";
import type { ExplainedError } from "../../program/command_context.ts";

const TIMEOUT_MS = 10_000;

/** A login that a portal waits for. */
export interface AskedLogin {
  readonly id: string;
  /** The page where a person decides. */
  readonly url: string;
  /** Shown there, too. */
  readonly code: string;
  readonly expiresAt: string;
}

/** How a login stands. */
export type LoginProgress = "waiting" | "bound" | "refused" | "expired";

/** Asks a portal for logins, as a terminal does. */
export class PortalClient {
  readonly #origin: string;

  private constructor(origin: string) {
    this.#origin = origin;
  }

  /** The portal at an address. Passwords are typed there: elsewhere than on this machine it takes TLS. */
  static at(url: string): Result<PortalClient, ExplainedError> {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    const { protocol, hostname, origin = "" } = parsed ?? {};
    const isHere = protocol === "http:" &&
      ["127.0.0.1", "localhost", "[::1]"].includes(`${hostname}`);
    if (protocol === "https:" || isHere) return ok(new PortalClient(origin));
    return err({
      code: "usage",
      message: `${url} is not the address of a portal`,
      hint: "write it as https://trellis.example.org, or http://127.0.0.1:41234 on this machine",
    });
  }

  /** Asks for a login of a key. */
  async ask(key: KeyPair, device: string): Promise<Result<AskedLogin, ExplainedError>> {
    const given = (await this.#send("POST", "/api/challenges")).take();
    if (isErr(given)) return given;
    const challenge = String(given.challenge);
    const signature = key.sign(loginProof(this.#origin, challenge)).toBase64();
    const { publicKey } = key;
    const asked = (await this.#send("POST", "/api/logins", {
      publicKey,
      device,
      challenge,
      signature,
    })).take();
    if (isErr(asked)) return asked;
    const { id, url, code, expiresAt } = asked;
    const isAnswer = [id, url, code, expiresAt].every((text) => typeof text === "string");
    // Nobody is sent to another site.
    if (!isAnswer || !String(url).startsWith(`${this.#origin}/`)) return err(this.#noPortal());
    return ok({
      id: String(id),
      url: String(url),
      code: String(code),
      expiresAt: String(expiresAt),
    });
  }

  /** How a login stands, and the name of who has decided. */
  async progress(
    id: string,
  ): Promise<Result<{ readonly state: LoginProgress; readonly name: string }, ExplainedError>> {
    return (await this.#send("GET", `/api/logins/${id}`)).map(read);
  }

  /** Waits no more; answers how the login stands then. */
  async cancel(
    id: string,
  ): Promise<Result<{ readonly state: LoginProgress; readonly name: string }, ExplainedError>> {
    return (await this.#send("DELETE", `/api/logins/${id}`)).map(read);
  }

  async #send(
    method: string,
    path: string,
    body?: object,
  ): Promise<Result<Readonly<Record<string, unknown>>, ExplainedError>> {
    let text: string;
    let isDone: boolean;
    try {
      const response = await fetch(this.#origin + path, {
        method,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body &&
          { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
      });
      text = await response.text();
      isDone = response.ok || response.status === 404;
    } catch {
      return err({
        code: "unreachable",
        message: `no portal answers at ${this.#origin}`,
        hint: "is the Trellis process of this server running, and on this machine?",
      });
    }
    const answer = readJson(text);
    if (!isRecord(answer)) return err(this.#noPortal());
    if (isDone) return ok(answer);
    const { message = "it says no", hint } = answer;
    return err({
      code: "login_refused",
      message: `the portal at ${this.#origin} refuses: ${message}`,
      hint: typeof hint === "string" ? hint : undefined,
    });
  }

  #noPortal(): ExplainedError {
    return {
      code: "login_refused",
      message: `${this.#origin} does not answer as a portal of this version`,
      hint: "is it the address that trellis dev or trellis start has printed?",
    };
  }
}

function read({ state, name }: Readonly<Record<string, unknown>>) {
  const known = (["waiting", "bound", "refused"] as const).find((one) => one === state);
  return { state: known ?? "expired" as const, name: typeof name === "string" ? name : "" };
}
