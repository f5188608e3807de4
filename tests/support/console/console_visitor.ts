import { LOCAL_ADMIN } from "../../../cli/platform/secured_platform.ts";
import type { Said } from "../../../cli/console/said.ts";
import type { Visitor } from "../../../cli/console/visitor.ts";
import { rootsOf } from "../../../cli/nats_server/security/key_material.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import type { SecuredServer } from "../secured_server.ts";

/** Somebody in front of a Console on a secured server: the admin of this machine. */
export async function adminVisitor(
  { url, keys }: Pick<SecuredServer, "url" | "keys">,
): Promise<Visitor> {
  const messaging = (await connectMessaging({
    servers: url,
    name: "trellis console",
    key: keys.admin,
    principal: LOCAL_ADMIN,
  })).orThrow();
  const signer = keys.admin;
  const authority = (await openAuthority(messaging.connection, { signer })).orThrow();
  const left = new AbortController();
  const said: Said[] = [];
  return {
    url,
    messaging,
    authority,
    signer,
    roots: rootsOf(keys),
    by: "admin:local",
    name: "local",
    isUnverified: false,
    signal: left.signal,
    say: (words) => said.push(words),
    takeSaid: () => said.splice(0),
    async [Symbol.asyncDispose]() {
      left.abort();
      await messaging.close();
    },
  };
}
