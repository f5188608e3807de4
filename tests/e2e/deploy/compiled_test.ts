import { assertEquals } from "@std/assert";
import contract from "../../../examples/orders/contracts/orders_service.ts";
import { runningInstances } from "../../../cli/deployments/running_instances.ts";
import { contractName } from "../../../contracts/manifest/names.ts";
import { provision } from "../../support/deployed.ts";
import { SecuredTrellis } from "../../support/platform/secured_trellis.ts";
import { temporaryDir } from "../../support/server_process.ts";
import { until } from "../../support/until.ts";
import { plainEnvironment } from "../support/running_process.ts";

const PROJECT = new URL("../../../examples/orders/", import.meta.url);
const PERMISSIONS = ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"];

/** Runs `deno` to its end in the project; undefined when it has succeeded, else what it has said. */
async function deno(args: readonly string[]): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: PROJECT,
  }).output();
  return success ? undefined : new TextDecoder().decode(stderr);
}

/** Whether `deno compile` finds the program that it puts scripts into, which is at dl.deno.land alone. */
async function compiles(): Promise<boolean> {
  await using dir = await temporaryDir();
  await Deno.writeTextFile(`${dir.path}/nothing.ts`, "");
  const words = ["compile", "--quiet", "--output", `${dir.path}/nothing`, `${dir.path}/nothing.ts`];
  return await deno(words) === undefined;
}

/** Runs a program that serves the contract, and ends it as systemd does. */
async function serves(program: string, args: readonly string[] = []): Promise<void> {
  await using trellis = await SecuredTrellis.start();
  await provision(trellis.authority, contract);
  const session = await trellis.platform.openSession(contractName(contract.id));
  const child = new Deno.Command(program, {
    args: [...args],
    cwd: PROJECT,
    clearEnv: true,
    env: {
      ...plainEnvironment(),
      NATS_URL: trellis.url,
      TRELLIS_SESSION_KEY_SEED: session.seed,
    },
  }).spawn();
  try {
    await until(async () => {
      const running = await runningInstances(trellis.messaging);
      return running.some(({ digest }) => digest === contract.digest);
    }, "it answers");
  } finally {
    child.kill("SIGTERM");
  }
  assertEquals((await child.status).code, 0);
}

Deno.test("a service that is a program of its own serves with its seed, and ends at SIGTERM", async () => {
  await serves(Deno.execPath(), ["run", ...PERMISSIONS, "main.ts"]);
});

const canCompile = await compiles();
const reason = canCompile
  ? ""
  : " (skipped: deno compile cannot download denort from dl.deno.land)";

Deno.test({
  name: `the same program serves when it is compiled${reason}`,
  ignore: !canCompile,
  async fn() {
    await using dir = await temporaryDir();
    const program = `${dir.path}/orders`;
    assertEquals(
      await deno(["compile", ...PERMISSIONS, "--output", program, "main.ts"]),
      undefined,
    );
    await serves(program);
  },
});
