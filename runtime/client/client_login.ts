import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { currentHost } from "../host/host.ts";
import { serversFor, sessionKeyFor } from "../host/environment.ts";
import { logIn } from "../session/log_in.ts";
import type { LoginLink } from "../session/portal_client.ts";

/** How a client has a person log in. */
export interface ClientLogin {
  /** What they know this device by, as its host name. */
  readonly device: string;
  /** Shows them the page where they log in, and the code that they compare there. */
  show(link: LoginLink): void;
  /** Keeps the seed of the new key for the next start, where nobody else can read it. */
  keep(sessionKeySeed: string): void | Promise<void>;
}

/** How a client connects, as far as a login needs it. */
interface LoginPlace {
  readonly contract: Pick<Contract, "id" | "manifest" | "digest">;
  readonly trellisUrl?: string | readonly string[];
  readonly name?: string;
  readonly sessionKeySeed?: string | undefined;
}

/** The seed of a new key, where somebody had to log in; undefined where nobody had to. */
export async function seedOfLogin(
  { contract, trellisUrl, name = contract.id, sessionKeySeed }: LoginPlace,
  login: ClientLogin,
): Promise<Result<string | undefined, TransportError>> {
  const done = (await logIn({
    servers: serversFor(trellisUrl),
    name,
    newKey: currentHost().newKey,
    key: await sessionKeyFor(sessionKeySeed),
    device: login.device,
    contract,
    show: (link) => login.show(link),
  })).take();
  if (isErr(done)) return done;
  if (done.kind !== "new") return ok(undefined);
  const { seed } = done.key;
  await login.keep(seed);
  return ok(seed);
}
