import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findRpc } from "../../../cli/calls/served_rpc.ts";
import { callServed } from "../../../cli/calls/call_served.ts";
import { readAccepted } from "../../../cli/calls/link_as.ts";
import { runningInstances } from "../../../cli/deployments/running_instances.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { openAudit } from "../../../reconcile/nats/open_audit.ts";
import { openUsers } from "../../../reconcile/nats/open_users.ts";
import { PasswordHasher } from "../../../reconcile/users/password_hash.ts";
import { PortalClient } from "../../../runtime/session/portal_client.ts";
import { openAuthority } from "../../../reconcile/nats/open_authority.ts";
import { connectMessaging } from "../../../runtime/rpc/nats/nats_messaging.ts";
import { freePort } from "../../support/server_process.ts";
import { SecuredServer } from "../../support/secured_server.ts";
import { until } from "../../support/until.ts";
import { TempProject } from "../support/temp_project.ts";
import { startTrellisCommand, trellis } from "../support/trellis_command.ts";

/** A service that answers which of its processes has answered. */
function whereProject(): Promise<TempProject> {
  return TempProject.create({
    "schemas.ts": `import { Type } from "@sinclair/typebox";
export const Name = Type.Object({ name: Type.String() });
`,
    "contracts/where.ts": `import { defineServiceContract } from "@qlever-llc/trellis";
import { Name } from "../schemas.ts";
export default defineServiceContract({ schemas: { Name } }, (ref) => ({
  id: "where@v1",
  displayName: "where",
  description: "Says where it runs.",
  rpc: { "Where.Ask": { version: "v1", input: ref.schema("Name"), output: ref.schema("Name") } },
  resources: { kv: { names: { purpose: "names", schema: ref.schema("Name") } } },
}));
`,
    "handlers/where.ts": `import { defineHandlers, ok } from "@qlever-llc/trellis";
import contract from "../contracts/where.ts";
export default defineHandlers(contract, {
  rpc: {
    "Where.Ask": ({ input }) => {
      if (input.name === "end") Deno.exit(7);
      return ok({ name: String(Deno.pid) });
    },
  },
});
`,
  });
}

Deno.test("services alone and two control planes share a secured server", async (t) => {
  await using host = await whereProject();
  await using first = await whereProject();
  await using second = await whereProject();
  const keysDir = first.path(".trellis/keys");
  await using server = await SecuredServer.start({ keysDir });
  await Deno.mkdir(second.path(".trellis/keys"), { recursive: true, mode: 0o700 });
  await Deno.copyFile(`${keysDir}/keys.json`, second.path(".trellis/keys/keys.json"));
  // Of several servers one may be away.
  const at = ["--nats", `nats://127.0.0.1:${freePort()},${server.url}`, "--log-format", "text"];
  const control = ({ dir }: TempProject) =>
    startTrellisCommand(["control", "--no-console", ...at], { cwd: dir });
  const services = ["start", "--services-only", "--instances", "2", ...at];

  await using one = control(first);
  await using two = control(second);
  await Promise.all([one.until("ready in"), two.until("ready in")]);
  const { platform } = server.keys;
  await using messaging = (await connectMessaging({
    servers: server.url,
    name: "test",
    key: platform,
  })).orThrow();
  const authority = (await openAuthority(messaging.connection, { signer: platform })).orThrow();
  const accepted = (await readAccepted({ authority })).orThrow();
  const rpc = findRpc("Where.Ask", accepted).orThrow();
  const ask = async (name: string) => await callServed(rpc, { name }, messaging, {});
  const askBoth = async () => {
    const places = new Set<string>();
    await until(async () => {
      places.add(JSON.stringify(await ask("x")));
      return places.size === 2;
    }, "both instances have answered");
    return [...places].sort();
  };

  await t.step("services without a seed for each instance say how to get them", async () => {
    const { code, stderr } = await trellis(services, { cwd: host.dir });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "where has no key to connect with: there is none in");
    assertStringIncludes(stderr, "trellis sessions add where --count 2 --out where.seed");
  });

  await t.step("options of the control plane are refused where none runs", async () => {
    const idle = ["--review", "--origin", "https://app.example.org", "--portal-port", "8080"];
    const { code, stderr } = await trellis([...services, ...idle], { cwd: host.dir });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "there is no --review, no --portal-port, no --origin");
  });

  const seeds = host.path(".trellis/seeds/where.seed");
  await Deno.mkdir(host.path(".trellis/seeds"), { recursive: true });
  const words = ["sessions", "add", "where", "--count", "2", "--out", seeds, "--keys", keysDir];
  const added = await trellis([...words, "--nats", server.url], { cwd: first.dir });
  assertEquals(added.code, 0, added.stderr);
  assertEquals((await Deno.readTextFile(seeds)).trim().split("\n").length, 2);
  assert(!added.stdout.includes("SU"));

  await using running = startTrellisCommand([...services, "--health-port", "0"], {
    cwd: host.dir,
  });
  await running.until("in 2 instances");
  await t.step("both instances answer, with a session each", async () => {
    await askBoth();
    const running = (await runningInstances(messaging)).filter(({ deployment }) =>
      deployment === "where"
    );
    assertEquals(new Set(running.map(({ id }) => id)).size, 2);
  });

  await t.step("services alone tell Prometheus what they know themselves", async () => {
    const url = /(http:\/\/127\.0\.0\.1:\d+)\/readyz/.exec(running.stderr)?.[1];
    const response = await fetch(`${url}/metrics`);
    const text = await response.text();
    assertEquals(response.status, 200, text);
    const value = (name: string) =>
      Number(text.split("\n").find((line) => line.startsWith(name))?.split(" ").at(-1));
    assertEquals(value('trellis_instances{deployment="where"}'), 2);
    assertEquals(value('trellis_instances_connected{deployment="where"}'), 2);
    const labels = 'deployment="where",rpc="Where.Ask"';
    assert(value(`trellis_rpc_requests_total{${labels}}`) >= 2, text);
    assertStringIncludes(text, `trellis_rpc_duration_seconds_count{${labels}}`);
  });

  await t.step("one that ends is started again, and the other serves meanwhile", async () => {
    const places = await askBoth();
    const ending = ask("end");
    // What the one has received that ends is lost with it.
    await until(async () => (await ask("x")).kind === "value", "the other one answers");
    await running.until("answers again");
    assertEquals((await ending).kind, "error");
    const now = await askBoth();
    assertEquals(now.filter((place) => places.includes(place)).length, 1);
  });

  await t.step("a login goes on when the control plane is killed where it was begun", async () => {
    await Promise.all([one.until("log in"), two.until("log in")]);
    const [from, to] = [one, two].map(({ stderr }) =>
      /log in +(http:\/\/127\.0\.0\.1:\d+)/.exec(stderr)?.[1] ?? ""
    );
    const audit = (await openAudit(messaging.connection, platform)).orThrow();
    const users = (await openUsers(messaging.connection, audit, new PasswordHasher())).orThrow();
    const person = { name: "ada", password: "four small words" };
    (await users.add(person, "test")).orThrow();
    const key = KeyPair.generate("user");
    const asked = (await PortalClient.at(from ?? "").orThrow().ask({ key, device: "test" }))
      .orThrow();
    const path = new URL(asked.url).pathname;
    const post = async (origin: string, path: string, form: Record<string, string>, cookie = "") =>
      await fetch(origin + path, {
        method: "POST",
        redirect: "manual",
        headers: { Origin: origin, Cookie: cookie },
        body: new URLSearchParams(form),
      });
    const signedIn = await post(from ?? "", path, person);
    const cookie = signedIn.headers.get("Set-Cookie")?.split(";")[0];
    assertEquals([signedIn.status, await signedIn.text()], [303, ""]);
    one.signal("SIGKILL");
    await one.ended();
    const done = await post(to ?? "", `${path}/decision`, { decision: "approve" }, cookie);
    assertStringIncludes(await done.text(), "You are logged in");
    const waiting = PortalClient.at(to ?? "").orThrow();
    assertEquals((await waiting.progress(asked.id)).orThrow(), { state: "bound", name: "ada" });
    assertEquals((await server.open(key)).isOk(), true);
  });

  await t.step("with one control plane gone, the other lets sessions in", async () => {
    running.signal("SIGTERM");
    assertEquals(await running.ended(), 0);
    await using again = startTrellisCommand(services, { cwd: host.dir });
    await again.until("in 2 instances");
    await askBoth();
    again.signal("SIGTERM");
    assertEquals(await again.ended(), 0);
  });
});
