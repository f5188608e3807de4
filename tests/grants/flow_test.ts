/** Feeds and files on a server that enforces who may do what. */
import { assert, assertEquals } from "@std/assert";
import { Type } from "@sinclair/typebox";
import {
  defineAppContract,
  defineHandlers,
  defineServiceContract,
  err,
  FileGrantSchema,
  ok,
  type Result,
  TransferError,
  TransportError,
  TrellisClient,
  UnexpectedError,
} from "../../mod.ts";
import { callerToken } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { sentChunk } from "../../contracts/stored/transfer_names.ts";
import { connectMessaging } from "../../runtime/rpc/nats/nats_messaging.ts";
import { provision } from "../support/deployed.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { until } from "../support/until.ts";

const Tick = Type.Object({ n: Type.Integer() });
const Paper = Type.Object({ path: Type.String() });
const Granted = Type.Object({ file: FileGrantSchema });

const vault = defineServiceContract({ schemas: { Tick, Paper, Granted } }, (ref) => ({
  id: "vault@v1",
  displayName: "Vault",
  description: "Keeps papers, and tells of it.",
  capabilities: {
    watch: { displayName: "Watch", description: "Sees what happens." },
    put: { displayName: "Put", description: "Sends papers." },
  },
  feeds: {
    "Vault.Ticks": {
      version: "v1",
      input: ref.schema("Paper"),
      event: ref.schema("Tick"),
      capabilities: { subscribe: ["watch"] },
    },
  },
  operations: {
    "Vault.Put": {
      version: "v1",
      input: ref.schema("Paper"),
      output: ref.schema("Paper"),
      transfer: { direction: "send", store: "papers", key: "/path" },
      capabilities: { call: ["put"] },
    },
  },
  rpc: {
    "Vault.Get": {
      version: "v1",
      input: ref.schema("Paper"),
      output: ref.schema("Granted"),
      transfer: { direction: "receive", store: "papers" },
    },
  },
  resources: { store: { papers: { purpose: "Papers" } } },
}));

const desk = defineAppContract({}, () => ({
  id: "vault-desk@v1",
  displayName: "Desk",
  description: "Sends papers.",
  uses: {
    required: {
      vault: vault.use({
        feeds: { subscribe: ["Vault.Ticks"] },
        operations: { call: ["Vault.Put"] },
        rpc: { call: ["Vault.Get"] },
      }),
    },
  },
}));

function codeOf(answer: Result<unknown, Error>): string {
  assert(answer.isErr() && answer.error instanceof TransportError, String(answer));
  return answer.error.code;
}

Deno.test("[S102] [S104] on a secured server feeds and files may do all that they do, and nobody's right reaches further", async () => {
  await using trellis = await SecuredTrellis.start();
  const { platform } = trellis;
  const service = await trellis.deploy(vault);
  const operations: string[] = [];
  await service.serve(defineHandlers(vault, {
    feeds: {
      "Vault.Ticks": async function* ({ context }) {
        for (let n = 1; !context.signal.aborted; n++) yield { value: { n } };
      },
    },
    rpc: {
      "Vault.Get": async ({ input, transfer }) => {
        const file = (await transfer.grant(input.path)).take();
        return "error" in file ? err(new UnexpectedError({ cause: file.error })) : ok({ file });
      },
    },
    operations: {
      "Vault.Put": async ({ op }) => {
        operations.push(op.id);
        const file = (await op.transfer.completed()).take();
        return "error" in file ? err(file.error) : ok({ path: file.key });
      },
    },
  }));
  await provision(trellis.authority, desk);
  const session = async (id: string, ...capabilities: readonly string[]) => {
    const principal = { kind: "user", id } as const;
    const names = capabilities.map((name) => `vault::${name}`);
    (await platform.access.change({ action: "add", holder: principal, names, by: "root" }))
      .orThrow();
    const { seed = "" } = (await platform.openUserSession({ principal, contract: desk })).orThrow();
    return { principal, seed };
  };
  const connect = ({ seed: sessionKeySeed }: { readonly seed: string }) =>
    TrellisClient.connect({ contract: desk, trellisUrl: trellis.url, sessionKeySeed }).orThrow();
  const [ofAda, ofBob] = [await session("ada", "watch", "put"), await session("bob", "put")];
  await using ada = await connect(ofAda);
  await using bob = await connect(ofBob);

  assertEquals(
    codeOf(await bob.feed.vault.ticks({ path: "/" })),
    "trellis.permission.capability",
  );
  const feed = await ada.feed.vault.ticks({ path: "/" }).orThrow();
  let seen = 0;
  for await (const { value } of feed) {
    assertEquals(value.n, ++seen);
    // More than one window.
    if (seen === 2000) break;
  }

  // Bob knows the operation of Ada, and sends what she has not sent yet, as well as he can.
  const sent = Promise.withResolvers<void>();
  const body = (async function* () {
    yield new Uint8Array(300_000).fill(1);
    await sent.promise;
    yield new Uint8Array(300_000).fill(2);
  })();
  const putting = ada.operation.vault.put.start({ path: "paper" }, { body });
  await until(() => operations.length > 0, "the operation of ada waits for its file");
  // From a terminal he may do what he may do in an app.
  const { principal } = ofBob;
  const { seed = "" } = (await platform.openUserSession({ principal })).orThrow();
  const key = KeyPair.fromSeed("user", seed);
  await using raw =
    (await connectMessaging({ servers: trellis.url, name: "bob", principal, key: key! })).orThrow();
  const caller = callerToken({ principal, session: raw.session });
  const junk = sentChunk("operations.v1.Vault.Put", caller, operations[0]!, 1);
  await raw.connection.request(junk, "junk");
  sent.resolve();
  const ref = await putting.orThrow();
  assertEquals(await ref.wait().orThrow(), { path: "paper" });

  const { file } = await ada.rpc.vault.get({ path: "paper" }).orThrow();
  const bytes = await ada.transfer(file).bytes().orThrow();
  assertEquals([bytes.length, bytes[0], bytes.at(-1)], [600_000, 1, 2]);
  const stolen = await bob.transfer(file).bytes();
  assert(stolen.isErr() && stolen.error instanceof TransferError, String(stolen));
  assertEquals(stolen.error.reason, "not_found");
  assertEquals(
    codeOf(await bob.operation.vault.put.resume(ref.id).get()),
    "trellis.permission.denied",
  );
  const log = () => Deno.readTextFile(trellis.server.logFile);
  assertEquals((await log()).split("\n").filter((line) => line.includes("Violation")), []);

  assertEquals(trellis.failures, []);
});
