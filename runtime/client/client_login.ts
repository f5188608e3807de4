import type { TransportError } from "../../contracts/errors/transport_error.ts";
import type { SessionKey } from "../../contracts/identity/session_key.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { isErr, ok, type Result } from "../../contracts/result.ts";
import { currentHost } from "../host/host.ts";
import { serversFor, sessionKeyFor } from "../host/environment.ts";
import { endLogin, logIn } from "../session/log_in.ts";
import type { LoginLink } from "../session/portal_client.ts";
import { pageKey } from "../page/page_login.ts";

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
  readonly sessionKey?: SessionKey | undefined;
}

/** The key of who has logged in; undefined where nobody had to. Rejects when it cannot be kept. */
export async function keyOfLogin(
  { contract, trellisUrl, name = contract.id, sessionKeySeed, sessionKey }: LoginPlace,
  login: ClientLogin | "page",
): Promise<Result<SessionKey | undefined, TransportError>> {
  const place = { contract, servers: serversFor(trellisUrl), name };
  if (login === "page") return await pageKey(place);
  const done = (await logIn({
    ...place,
    newKey: currentHost().newKey,
    key: sessionKey ?? await sessionKeyFor(sessionKeySeed),
    device: login.device,
    show: (link) => login.show(link),
  })).take();
  if (isErr(done)) return done;
  if (done.kind !== "new") return ok(undefined);
  try {
    await login.keep(done.key.seed);
  } catch (cause) {
    // Nobody has the key: it must let nobody in.
    await endLogin(done.key, place);
    throw cause;
  }
  return ok(done.key);
}
