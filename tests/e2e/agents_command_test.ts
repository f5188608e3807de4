import { join } from "node:path";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { sessionOf } from "../../contracts/identity/caller.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { readAuditEntry } from "../../reconcile/audit/audit_entry.ts";
import { TrellisClient } from "../../mod.ts";
import type { RequestContext } from "../../runtime/rpc/request_context.ts";
import { provision } from "../support/deployed.ts";
import { agent, app, guarded, serveGuarded } from "../support/platform/desk.ts";
import { SecuredTrellis } from "../support/platform/secured_trellis.ts";
import { onWindows } from "../support/server_process.ts";
import { shared } from "../support/shared.ts";
import { until } from "../support/until.ts";
import { trellis } from "./support/trellis_command.ts";

interface Listed {
  readonly principal: { readonly id: string };
  readonly state: string;
  readonly actsFor?: { readonly name: string };
}

/** A service, what an agent runs that calls it, a person, and the command line. */
const share = shared(async () => {
  const platform = await SecuredTrellis.start();
  const callers: RequestContext["caller"][] = [];
  await serveGuarded(await platform.deploy(guarded), callers);
  await provision(platform.authority, app);
  await provision(platform.authority, agent);
  const run = (words: readonly string[]) =>
    trellis([...words, "--nats", platform.url, "--keys", platform.server.keysDir]);
  return {
    platform,
    callers,
    ada: (await platform.platform.users.add({ name: "ada" }, "root")).orThrow(),
    run,
    add: (...words: readonly string[]) => run(["agents", "add", ...words, "--contract", agent.id]),
    list: async (): Promise<readonly Listed[]> =>
      JSON.parse((await run(["agents", "list", "--json"])).stdout),
    connect: (seed: string) =>
      TrellisClient.connect({ contract: agent, trellisUrl: platform.url, sessionKeySeed: seed }),
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  };
});

Deno.test("an agent acts under its own name and grants, for a person, as long as that person is let in", async () => {
  const { platform, callers, ada, run, add, list, connect } = await share();
  const dir = await Deno.makeTempDir({ prefix: "trellis-test-" });
  const out = join(dir, "helper.seed");
  const added = await add("helper", "--for", "ada", "--out", out);
  assertEquals([added.code, added.stdout], [0, "helper\n"]);
  const seed = (await Deno.readTextFile(out)).trim();
  if (!onWindows) assertEquals(((await Deno.stat(out)).mode ?? 0) & 0o777, 0o600);
  assert(!added.stderr.includes(seed));
  await Deno.remove(dir, { recursive: true });
  const again = await add("helper");
  assertEquals([again.code, again.stdout], [6, ""]);
  assertStringIncludes(again.stderr, "trellis agents revoke helper");

  await using client = (await connect(seed)).orThrow();
  await client.rpc.desk.read({ id: "1" }).orThrow();
  assertEquals(callers.at(-1)?.principal, { kind: "agent", id: "helper" });
  const { access, users } = platform.platform;
  const grant = async (holder: Parameters<typeof access.change>[0]["holder"]) =>
    (await access.change({ action: "add", holder, names: ["desk.refund"], by: "root" })).orThrow();
  const mayRefund = async () => (await client.rpc.desk.refund({ id: "1" })).isOk();
  // What the person holds is theirs.
  await grant({ kind: "user", id: ada.id });
  assertEquals(await mayRefund(), false);
  await grant({ kind: "agent", id: "helper" });
  await until(mayRefund, "the agent holds what it was granted");

  const listed = await run(["agents", "list"]);
  assertMatch(listed.stdout, /^helper +desk-agent@v1 +ada .* live, \d connections?$/m);
  const [helper] = await list();
  assertEquals([helper?.state, helper?.actsFor?.name], ["live", "ada"]);

  (await users.disable(ada.id, "root")).orThrow();
  await until(async () => (await client.rpc.desk.read({ id: "1" })).isErr(), "it is shut out");
  const refused = await connect(seed);
  assertStringIncludes(refused.isErr() ? refused.error.message : "", "was disabled");
  (await users.enable(ada.id, "root")).orThrow();
  await (await connect(seed)).orThrow().close();

  assertEquals((await run(["agents", "revoke", "helper"])).code, 0);
  const revoked = await connect(seed);
  assertEquals(revoked.isErr() && revoked.error.message, "this session was revoked");
  const history = (await platform.platform.audit.read()).orThrow();
  assert(!JSON.stringify(history).includes(seed));
  const told = history.flatMap((entry) => readAuditEntry(entry) ?? [])
    .filter(({ subject }) => subject === "agent:helper");
  assertEquals(told.map(({ kind }) => kind), ["session.opened", "session.revoked"]);
  assertEquals(told[0]?.details?.for, `for user:${ada.id}`);
  assertEquals(platform.failures, []);
});

Deno.test("an agent's key is printed once, or made elsewhere; after its end the name gets another one", async () => {
  const { platform: { platform }, add, connect } = await share();
  const revoke = async (publicKey: string) =>
    (await platform.revoke({ session: sessionOf(publicKey) }, "root")).orThrow();
  const { stdout } = await add("clerk");
  const seed = stdout.trim();
  await (await connect(seed)).orThrow().close();
  await revoke(KeyPair.fromSeed("user", seed)!.publicKey);
  const key = KeyPair.generate("user");
  const elsewhere = await add("clerk", "--public-key", key.publicKey);
  assertEquals([elsewhere.code, elsewhere.stdout], [0, "clerk\n"]);
  await (await connect(key.seed)).orThrow().close();
  await revoke(key.publicKey);
  assertStringIncludes(
    (await add("clerk", "--public-key", key.publicKey)).stderr,
    "make a new key",
  );
});

Deno.test("an agent runs what is made for agents; names that widen something are none", async () => {
  const { run } = await share();
  const { seed } = KeyPair.generate("user");
  const cases = [
    [["add", "x", "--contract", "desk@v1"], 1, "no agent may run"],
    [["add", "x", "--contract", app.id], 1, "no agent may run"],
    [["add", "x", "--contract", "nothing@v1"], 4, "nothing of nothing@v1 is accepted"],
    [["add", "x", "--contract", agent.id, "--for", "nobody"], 4, "no user nobody"],
    [["add", "x"], 2, "--contract"],
    [["add", "*", "--contract", agent.id], 2, "letters, digits"],
    [["add", "a.b", "--contract", agent.id], 2, "letters, digits"],
    [["add", ">", "--contract", agent.id], 2, "letters, digits"],
    [["add", "аda", "--contract", agent.id], 2, "letters, digits"],
    [["add", "x", "--contract", agent.id, "--public-key", seed], 2, "not the public key"],
    [["revoke", ">"], 2, "neither"],
    [["revoke", "nobody"], 4, "no sessions"],
  ] as const;
  for (const [words, code, said] of cases) {
    const answer = await run(["agents", ...words]);
    assertEquals([answer.code, answer.stderr.includes(said)], [code, true], answer.stderr);
    assert(!answer.stderr.includes(seed));
  }
});
