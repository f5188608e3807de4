import { assert, assertEquals } from "@std/assert";
import { StateError } from "../../../contracts/errors/state_error.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { provision } from "../../../tests/support/deployed.ts";
import { notesTagged, notesV1, sensor } from "../../../tests/support/platform/state_contracts.ts";
import { StateUser } from "../../../tests/support/platform/state_user.ts";
import { TrellisServer } from "../../../tests/support/trellis_server.ts";
import { AcceptedContracts } from "../accepted_contracts.ts";
import { openState } from "./open_state.ts";

const SESSION = "aaaaaaaaaaaaaaaa";

Deno.test("on an open server callers are who they say they are, under the contract that they say they run", async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await TrellisServer.start());
  const messaging = await server.connect("trellis");
  const authority = (await openAuthority(messaging.connection)).orThrow();
  for (const contract of [notesV1, sensor]) await provision(authority, contract);
  const declared = new AcceptedContracts(authority);
  const served = (await openState({ messaging, authority, declared })).orThrow();
  opened.defer(() => served.stop());

  const claiming = async (session: string | undefined, contractDigest?: string) =>
    opened.use(
      new StateUser(
        (await connectMessaging({
          servers: server.url,
          name: "test",
          ...(session === undefined ? {} : { session }),
          ...(contractDigest === undefined ? {} : { contractDigest }),
        })).orThrow(),
      ),
    );
  const draft = { store: "drafts", key: "k" };
  const title = async (user: StateUser) => {
    const got = (await user.get(draft)).orThrow();
    return "found" in got && got.found ? got.entry.value : undefined;
  };
  const ada = await claiming(`u-ada-${SESSION}`, notesV1.digest);
  const eve = await claiming(`u-eve-${SESSION}`, notesV1.digest);
  const device = await claiming(`d-ada-${SESSION}`, sensor.digest);
  await ada.written({ ...draft, value: { title: "ada" } });
  assertEquals([await title(ada), await title(eve), await title(device)], [
    { title: "ada" },
    undefined,
    undefined,
  ]);

  const reason = async (user: StateUser) => {
    const error = await StateUser.failure(user.get(draft));
    assert(error instanceof StateError, String(error));
    return error.reason;
  };
  const nobody = await claiming(undefined, notesV1.digest);
  assertEquals(await reason(nobody), "no_principal");
  assertEquals(await reason(await claiming(`s-ada-${SESSION}`, notesV1.digest)), "no_principal");
  assertEquals(await reason(await claiming(`u-ada-${SESSION}`)), "no_contract");
  const unknown = await claiming(`u-ada-${SESSION}`, notesTagged.digest);
  assertEquals(await reason(unknown), "no_contract");

  // Nobody is checked; who says that it is a user is no admin.
  const target = { scope: "userApp", userId: "ada", contract: "acme.notes@v1" };
  assertEquals(await title(new StateUser(nobody.messaging, target)), { title: "ada" });
  assertEquals(await reason(new StateUser(ada.messaging, target)), "forbidden");
});
