import { PLATFORM, SecuredPlatform } from "../../cli/platform/secured_platform.ts";
import type { Contract } from "../../contracts/define/contract.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { provision } from "../../tests/support/deployed.ts";
import { SecuredServer } from "../../tests/support/secured_server.ts";

/** A secured server and the platform that lets sessions in. */
export interface SecuredTrellis extends AsyncDisposable {
  readonly server: SecuredServer;
  readonly platform: SecuredPlatform;
}

/** Starts a secured server on which these contracts are accepted. */
export async function startSecuredTrellis(
  contracts: readonly Contract[],
): Promise<SecuredTrellis> {
  await using cleanup = new AsyncDisposableStack();
  const server = cleanup.use(await SecuredServer.start());
  const { url: servers, keys } = server;
  const messaging = cleanup.use(
    (await connectMessaging({ servers, name: "trellis", key: keys.platform, principal: PLATFORM }))
      .orThrow(),
  );
  const authority = (await openAuthority(messaging.connection)).orThrow();
  for (const contract of contracts) await provision(authority, contract);
  const onError = (cause: unknown) => console.error(cause);
  const platform = cleanup.use(
    (await SecuredPlatform.start({ servers, keys, messaging, authority, onError })).orThrow(),
  );
  const owned = cleanup.move();
  return { server, platform, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
