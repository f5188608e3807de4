import { join } from "node:path";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { readKeyFolder } from "../../cli/nats_server/security/key_folder.ts";
import { defineServiceContract } from "../../mod.ts";
import { openAuthority } from "../../reconcile/nats/open_authority.ts";
import { provision } from "../support/deployed.ts";
import { oldestServer } from "../support/oldest_server.ts";
import { SecuredServer } from "../support/secured_server.ts";
import { until } from "../support/until.ts";
import { RunningProject } from "./support/running_project.ts";
import { TempProject } from "./support/temp_project.ts";
import { trellis } from "./support/trellis_command.ts";

const SCHEMAS = `import { Type } from "@sinclair/typebox";
export const Name = Type.Object({ name: Type.String() });
`;

function contractOf(id: string, rpc: string, more = "", imports = ""): string {
  return `import { defineServiceContract } from "@qlever-llc/trellis";
import { Name } from "../schemas.ts";
${imports}
export default defineServiceContract({ schemas: { Name } }, (ref) => ({
  id: "${id}@v1",
  displayName: "${id}",
  description: "Says names.",
  rpc: { "${rpc}": { version: "v1", input: ref.schema("Name"), output: ref.schema("Name") } },
  resources: { kv: { names: { purpose: "names", schema: ref.schema("Name") } } },
  ${more}
}));
`;
}

function handlersOf(id: string, rpc: string, body: string): string {
  return `import { defineHandlers, ok } from "@qlever-llc/trellis";
import contract from "../contracts/${id}.ts";
export default defineHandlers(contract, {
  rpc: { "${rpc}": async ({ input, client, context }) => { ${body} } },
});
`;
}

/** Two services: what \`desk\` answers comes from \`clerk\`, which says who asked. */
function deskAndClerk(): Promise<TempProject> {
  return TempProject.create({
    "schemas.ts": SCHEMAS,
    "contracts/clerk.ts": contractOf("clerk", "Clerk.Who"),
    "handlers/clerk.ts": handlersOf(
      "clerk",
      "Clerk.Who",
      'const { kind, id } = context.caller.principal; return ok({ name: input.name + " by " + kind + " " + id });',
    ),
    "contracts/desk.ts": contractOf(
      "desk",
      "Desk.Ask",
      'uses: { required: { clerk: clerk.use({ rpc: { call: ["Clerk.Who"] } }) } },',
      'import clerk from "./clerk.ts";',
    ),
    "handlers/desk.ts": handlersOf(
      "desk",
      "Desk.Ask",
      "return ok(await client.rpc.clerk.who(input).orThrow());",
    ),
  });
}

const ask = ["call", "Desk.Ask", '{"name":"ada"}', "--json"];

Deno.test("a handler knows which service calls it, and may call what its contract uses", async () => {
  await using running = await RunningProject.start(await deskAndClerk(), { words: ["start"] });
  await running.dev.until("access  secured");
  assertEquals(await running.json(ask.slice(0, -1)), { name: "ada by service desk" });
  const { code, stdout } = await running.trellis(["call", "Clerk.Who", '{"name":"me"}', "--json"]);
  assertEquals([code, JSON.parse(stdout)], [0, { name: "me by admin local" }]);
  const { platform } = await keysOf(running);
  assertEquals(await signersOf(running, "desk"), [platform.publicKey]);
  const { ok, deployments, audit } = await running.json<Verified>(["authority", "verify"]);
  assertEquals([ok, deployments.map(({ signedFrom }) => signedFrom), audit.signedFrom], [
    true,
    [1, 1],
    1,
  ]);
});

Deno.test("a service may call what it uses as soon as that is accepted", async () => {
  const words = ["start", "--review"];
  await using running = await RunningProject.start(await deskAndClerk(), { words });
  const accept = async (deployment: string) => {
    const plans = ["svc", deployment, "authority", "plan", "list", "--state", "pending"];
    const [plan] = await running.json<{ id: string }[]>(plans);
    const command = ["svc", deployment, "authority", "accept-update", plan?.id ?? ""];
    assertEquals((await running.trellis(command)).code, 0);
  };
  await accept("desk");
  await running.dev.until("desk@v1 requires rpc Clerk.Who of clerk@v1, which is not accepted here");
  await accept("clerk");
  await running.dev.until("desk has all that it requires of others");
  let answer = "";
  await until(async () => {
    const { code, stdout } = await running.trellis(ask);
    answer = stdout;
    return code === 0;
  }, "desk may call clerk");
  assertEquals(JSON.parse(answer), { name: "ada by service desk" });
  const { admin } = await keysOf(running);
  assertEquals(await signersOf(running, "clerk"), [admin.publicKey]);
  assertEquals((await running.json<Verified>(["authority", "verify"])).ok, true);
  await using messaging = await running.connect();
  const signer = await running.platformKey();
  const authority = (await openAuthority(messaging.connection, { signer })).orThrow();
  await provision(
    authority,
    defineServiceContract({}, () => ({
      id: "clerk@v1",
      displayName: "clerk",
      description: "Says nothing.",
    })),
  );
  await running.dev.until("desk@v1 requires rpc Clerk.Who of clerk@v1, which is not accepted here");
});

/** The part of what `authority verify` answers that is looked at here. */
interface Verified {
  readonly ok: boolean;
  readonly deployments: readonly { readonly signedFrom: number | null }[];
  readonly audit: { readonly signedFrom: number | null };
}

async function keysOf({ project }: RunningProject) {
  const keys = (await readKeyFolder(join(project.dir, ".trellis", "keys"))).orThrow();
  if (keys === undefined) throw new Error("there are no keys");
  return keys;
}

/** Whose keys have signed the decisions of a deployment. */
async function signersOf(running: RunningProject, deployment: string) {
  const history = ["svc", deployment, "authority", "history"];
  const decisions = await running.json<{ signedBy?: string }[]>(history);
  return decisions.map(({ signedBy }) => signedBy);
}

Deno.test("a secured server that is too old to keep sessions apart is refused", async () => {
  const binary = await oldestServer();
  if (binary === undefined) return;
  await using project = await TempProject.create({});
  await using server = await SecuredServer.start({
    binary,
    keysDir: project.path(".trellis/keys"),
  });
  const { code, stderr } = await trellis(["start", "--nats", server.url], { cwd: project.dir });
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr, "needs 2.12.0 or later");
});
