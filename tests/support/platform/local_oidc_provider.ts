import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { Provider } from "oidc-provider";

/** What the provider says of who signs in there; `undefined`: the person refuses. */
export interface ProviderPerson {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** What is used of the library, which comes without types. */
interface Library {
  callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
  ): Promise<void>;
  readonly Grant: new (of: { readonly accountId: string; readonly clientId: string }) => {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  };
}

interface GrantContext {
  readonly oidc: {
    readonly provider: Library;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
  };
}

const SCOPE = "openid profile email";

/** A real provider of OpenID Connect on this machine, where people sign in without being asked. */
export class LocalOidcProvider implements AsyncDisposable {
  readonly #server: Server;
  readonly #cookies = new Map<string, string>();
  /** Where it is. */
  readonly issuer: string;
  readonly clientId = "trellis";
  readonly clientSecret = crypto.randomUUID();
  /** Who signs in next. */
  person: ProviderPerson | undefined;
  /** Answers every request with an error. */
  isDown = false;
  /** Shows other keys than those that it signs with. */
  signsWithOtherKey = false;

  private constructor(server: Server, issuer: string) {
    this.#server = server;
    this.issuer = issuer;
  }

  /** Starts it on a free port; redirect addresses are on this machine, at `/oidc/<a name>/callback`. */
  static async start(names: readonly string[] = ["local"]): Promise<LocalOidcProvider> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new TypeError("no port");
    const started = new LocalOidcProvider(server, `http://127.0.0.1:${address.port}`);
    started.#serve(names);
    return started;
  }

  #serve(names: readonly string[]): void {
    const [key, otherKey] = [newKey(), newKey()];
    const library: Library = new Provider(this.issuer, {
      clients: [{
        client_id: this.clientId,
        client_secret: this.clientSecret,
        // Any port of this machine.
        application_type: "native",
        redirect_uris: names.map((name) => `http://127.0.0.1/oidc/${name}/callback`),
        id_token_signed_response_alg: "ES256",
      }],
      jwks: { keys: [key] },
      cookies: { keys: [crypto.randomUUID()] },
      claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: () => "/interaction" },
      findAccount: (_: unknown, sub: string) => ({
        accountId: sub,
        claims: () => ({ ...this.person, sub }),
      }),
      loadExistingGrant: async ({ oidc }: GrantContext) => {
        const { clientId } = oidc.client;
        const grant = new oidc.provider.Grant({ accountId: oidc.session.accountId, clientId });
        grant.addOIDCScope(SCOPE);
        await grant.save();
        return grant;
      },
    });
    const answer = library.callback();
    this.#server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (this.isDown) return void response.writeHead(503).end();
      if (request.url === "/jwks" && this.signsWithOtherKey) {
        const { d: _, ...shown } = otherKey;
        return void response.writeHead(200, { "Content-Type": "application/json" })
          .end(JSON.stringify({ keys: [shown] }));
      }
      if (request.url !== "/interaction") return void answer(request, response);
      const { person } = this;
      const result = person === undefined
        ? { error: "access_denied", error_description: "<b>no</b>" }
        : { login: { accountId: person.sub }, consent: {} };
      library.interactionFinished(request, response, result);
    });
  }

  /** Goes where a browser is sent, until it is sent away from the provider: to this address. */
  async follow(url: string): Promise<URL> {
    this.#cookies.clear();
    let next = new URL(url);
    for (let steps = 0; steps < 5; steps++) {
      if (next.origin !== this.issuer) return next;
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const answer = await fetch(next, { redirect: "manual", headers: { cookie } });
      const text = await answer.text();
      for (const set of answer.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
        this.#cookies.set(name, value);
      }
      const location = answer.headers.get("location");
      if (location === null) throw new Error(`${next.pathname} answers ${answer.status}: ${text}`);
      next = new URL(location, next);
    }
    throw new Error(`the provider goes around in circles: ${next}`);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

function newKey() {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig" };
}
