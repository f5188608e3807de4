import { type Static, Type } from "@sinclair/typebox";
import { err, ok, type Result } from "../../contracts/result.ts";
import { validatorOf } from "../../contracts/schema/validator.ts";
import { isLoopbackHost } from "../nats_server/probe/server_url.ts";

const ProviderSchema = Type.Object({
  /** Names it in addresses. */
  name: Type.String({ pattern: "^[a-z][a-z0-9-]{0,30}$" }),
  /** Names it on pages; as `name` unless given. */
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
  issuer: Type.String({ maxLength: 500 }),
  clientId: Type.String({ minLength: 1, maxLength: 500 }),
  /** A file that holds the secret; relative to the project. */
  clientSecretFile: Type.Optional(Type.String({ minLength: 1 })),
  /** Whom it may bring in as a new user; nobody unless given. */
  createUsers: Type.Optional(Type.Union([
    Type.Literal(true),
    Type.Object({
      emailDomains: Type.Array(
        Type.String({ pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" }),
        { minItems: 1 },
      ),
    }, { additionalProperties: false }),
  ])),
}, { additionalProperties: false });

const SettingsSchema = Type.Object({
  providers: Type.Array(ProviderSchema, { maxItems: 10 }),
}, { additionalProperties: false });

/** How people log in by one provider. */
export type OidcSettings = Static<typeof ProviderSchema>;

/** Reads the settings of providers. The error says in a line what is wrong, and where. */
export function parseOidcSettings(value: unknown): Result<readonly OidcSettings[], string> {
  const validator = validatorOf(SettingsSchema);
  if (!validator.check(value)) {
    const [issue] = validator.issues(value);
    return err(`${issue?.path || "the file"} ${issue?.message ?? "is not as it must be"}`);
  }
  const { providers } = value as Static<typeof SettingsSchema>;
  const names = providers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return err(`/providers names ${twice} twice`);
  for (const [index, { issuer }] of providers.entries()) {
    const wrong = wrongIssuer(issuer);
    if (wrong !== undefined) return err(`/providers/${index}/issuer ${wrong}`);
  }
  return ok(providers);
}

/** True where a provider may be asked without TLS: on this machine. */
export function isLocalIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === "http:" && isLoopbackHost(hostname.replace(/^\[(.*)\]$/, "$1"));
}

function wrongIssuer(issuer: string): string | undefined {
  const url = URL.parse(issuer);
  if (url === null) return "is not an address, as https://login.example.com";
  if (url.protocol !== "https:" && !isLocalIssuer(issuer)) return "must begin with https://";
  const more = [url.username, url.password, url.search, url.hash].some((part) => part !== "");
  return more ? "must be an address alone, without a user, a query or a #" : undefined;
}
