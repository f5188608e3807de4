/** A portal without a network in front of a secured server, and a browser that posts its forms. */
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { loginProof } from "../../../contracts/identity/login_proof.ts";
import type { Contract } from "../../../contracts/define/contract.ts";
import { FirstAdmin } from "../../../cli/portal/first_admin.ts";
import type { OidcProvider } from "../../../cli/oidc/oidc_provider.ts";
import { Logins } from "../../../cli/portal/logins.ts";
import { portalApp } from "../../../cli/portal/portal_app.ts";
import {
  ATTEMPTS_BUCKET,
  NatsPassingRecords,
} from "../../../reconcile/nats/users/nats_passing_records.ts";
import { KnownAttempts } from "../../../reconcile/users/attempts.ts";
import { LoginLimits } from "../../../reconcile/users/login_limits.ts";
import { SignIn } from "../../../reconcile/users/sign_in.ts";
import { keptLogins } from "./kept_logins.ts";
import { freeHasher, type SecuredTrellis } from "./secured_trellis.ts";

/** Where the portal says that it is. */
export const ORIGIN = "http://127.0.0.1:41234";
/** Where the pages are that may log people in. */
export const PAGE_ORIGIN = "https://app.example.com";
/** Where the Console is. */
export const CONSOLE_ORIGIN = "http://127.0.0.1:41235";
/** Everybody's. */
export const PASSWORD = "correct horse battery";

/** What a browser, or a program, got. */
export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** How a request differs from that of a good browser. */
export interface RequestOptions {
  readonly form?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly cookie?: string | undefined;
  /** Null: it sends none. */
  readonly origin?: string | null;
  readonly host?: string;
  readonly method?: string;
  /** What it says of its body; the truth unless given. */
  readonly length?: number | string;
}

/** Portals share what they know of addresses: each test comes from another one. */
let portals = 256;

/** A portal whose passwords cost nothing, and whose clock a test moves. */
export class PortalDesk {
  readonly #app: ReturnType<typeof portalApp>;
  readonly users: Parameters<typeof portalApp>[0]["platform"]["users"];
  readonly firstAdmin: FirstAdmin;
  /** What waits in it. */
  readonly logins: Logins;
  /** What failed. */
  readonly failures: unknown[] = [];
  /** Milliseconds that its clock is ahead. */
  ahead = 0;
  /** Where requests come from. */
  address = `10.${portals >> 8}.${portals++ & 255}.3`;

  constructor(
    trellis: Pick<SecuredTrellis, "authority" | "messaging" | "platform"> & {
      readonly server: Pick<SecuredTrellis["server"], "keys">;
    },
    providers: readonly OidcProvider[] = [],
    private readonly origin: string = ORIGIN,
  ) {
    const now = () => Date.now() + this.ahead;
    const { access, audit, users } = trellis.platform;
    const { connection } = trellis.messaging;
    const { records, secret } = keptLogins(trellis);
    const attempts = new KnownAttempts(new NatsPassingRecords(connection, ATTEMPTS_BUCKET), now);
    this.users = users;
    this.logins = new Logins({ records, secret, now });
    this.firstAdmin = new FirstAdmin({ users, records, secret, now });
    this.#app = portalApp({
      platform: {
        access,
        audit,
        users,
        signIn: new SignIn({
          store: users.store,
          audit,
          hasher: freeHasher,
          limits: new LoginLimits(attempts, now),
          attempts,
        }),
        attempts,
        contracts: trellis.platform.contracts,
        sessionOfKey: (key) => trellis.platform.sessionOfKey(key),
        openUserSession: (request) => trellis.platform.openUserSession(request),
        present: (contract) => trellis.platform.present(contract),
      },
      authority: trellis.authority,
      mode: "strict",
      origin,
      pageOrigins: [PAGE_ORIGIN],
      consoleOrigin: CONSOLE_ORIGIN,
      servers: ["nats://127.0.0.1:4222", "ws://127.0.0.1:4223"],
      firstAdmin: this.firstAdmin,
      records,
      secret,
      providers,
      now,
      onError: (cause) => this.failures.push(cause),
    });
  }

  /** Answers what another part of the process asks. */
  async answer(request: Request, address: string): Promise<Response> {
    return await this.#app.fetch(request, { address });
  }

  /** Where it says that it is. */
  get url(): string {
    return this.origin;
  }

  /** Sends a request; a post where it has a form or a body. */
  async send(path: string, options: RequestOptions = {}): Promise<Page> {
    const { form, body = form && new URLSearchParams(form).toString() } = options;
    const { length = body && new TextEncoder().encode(body).length } = options;
    const { cookie, host = new URL(this.origin).host, origin = this.origin } = options;
    const response = await this.#app.fetch(
      new Request(`${this.origin}${path}`, {
        method: options.method ?? (body === undefined ? "GET" : "POST"),
        headers: {
          Host: host,
          ...(origin === null ? {} : { Origin: origin }),
          ...(cookie === undefined ? {} : { Cookie: cookie }),
          ...(length === undefined ? {} : { "Content-Length": `${length}` }),
        },
        ...(body === undefined ? {} : { body }),
      }),
      { address: this.address },
    );
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The same as a program, with JSON. */
  async api(path: string, body?: object, method?: string) {
    const sent = { origin: null, ...(method === undefined ? {} : { method }) };
    const { status, text } = await this.send(
      `/api${path}`,
      body === undefined ? sent : { ...sent, body: JSON.stringify(body) },
    );
    return { status, answer: JSON.parse(text) as Readonly<Record<string, string>> };
  }

  /** What a program sends to ask for a login, with a challenge that is signed. */
  async request(
    key = KeyPair.generate("user"),
    { contract, device = "ada's laptop" }: { contract?: Contract; device?: string } = {},
  ) {
    const { challenge = "" } = (await this.api("/challenges", {})).answer;
    return {
      publicKey: key.publicKey,
      device,
      challenge,
      signature: key.sign(loginProof(this.origin, challenge)).toBase64(),
      ...(contract && { contract: { manifest: contract.manifest, digest: contract.digest } }),
    };
  }

  /** Asks for a login, and answers the path of its page. */
  async ask(
    key?: KeyPair,
    options: { contract?: Contract; device?: string } = {},
  ): Promise<string> {
    const { status, answer } = await this.api("/logins", await this.request(key, options));
    if (status !== 201) throw new Error(`refused: ${JSON.stringify(answer)}`);
    return new URL(answer.url ?? "").pathname;
  }

  /** Signs somebody in on the page of a login, and answers the cookie. */
  async signIn(path: string, name: string, password = PASSWORD): Promise<string> {
    const { status, headers, text } = await this.send(path, { form: { name, password } });
    if (status !== 303) throw new Error(`not signed in: ${status} ${text}`);
    return headers.get("Set-Cookie")?.split(";")[0] ?? "";
  }

  /** Signs somebody in, and approves. */
  async approve(path: string, name: string): Promise<Page> {
    const cookie = await this.signIn(path, name);
    return await this.send(`${path}/decision`, { form: { decision: "approve" }, cookie });
  }
}
