import { assert, assertEquals } from "@std/assert";
import { parseExposition } from "../../support/telemetry/prometheus_exposition.ts";
import { until } from "../../support/until.ts";
import { TempProject } from "../support/temp_project.ts";
import { startTrellisCommand } from "../support/trellis_command.ts";
import { RunningProject } from "../support/running_project.ts";

const HANDLERS = "handlers/shop.ts";

/** Where probes of a process are answered, as it says itself. */
async function healthOf({ dev }: RunningProject): Promise<string> {
  let found: string | undefined;
  await until(() => {
    found = /(http:\/\/127\.0\.0\.1:\d+)\/readyz/.exec(dev.stderr)?.[1];
    return found !== undefined;
  }, "where probes are answered");
  return found ?? "";
}

/** The checks that say why a process is not ready. */
async function failingChecks(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/readyz`);
  const { ready, checks } = await answer.json();
  assertEquals(answer.status, ready ? 200 : 503);
  return checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) => name);
}

Deno.test("a service that loops is not ready", async () => {
  const project = await TempProject.shop();
  await project.edit(
    HANDLERS,
    "const item =",
    'while (input.title === "loop");\n      const item =',
  );
  const words = ["start", "--health-port", "0", "--drain", "100ms"];
  await using shop = await RunningProject.start(project, { words });
  const url = await healthOf(shop);
  assertEquals(await failingChecks(url), []);
  const looping = shop.trellis(["call", "Shop.Add", '{"title":"loop"}', "--timeout", "1000"]);
  await until(async () => (await failingChecks(url)).includes("service shop"), "the loop is seen");
  assert((await looping).code !== 0);
});

Deno.test("start answers probes and tells what it does, and not while NATS is gone", async () => {
  const words = ["start", "--health-port", "0"];
  await using shop = await RunningProject.shop({ words });
  const url = await healthOf(shop);
  const failing = () => failingChecks(url);
  assertEquals(await failing(), []);
  assertEquals((await shop.trellis(["call", "Shop.Get", '{"itemId":"x"}'])).code, 1);
  const metrics = await fetch(`${url}/metrics`);
  assertEquals(metrics.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const families = parseExposition(await metrics.text());
  const samplesOf = (name: string) => families.find((one) => one.name === name)?.samples ?? [];
  assertEquals(samplesOf("trellis_rpc_errors_total"), [{
    name: "trellis_rpc_errors_total",
    labels: { deployment: "shop", rpc: "Shop.Get", code: "ItemNotFoundError" },
    value: 1,
  }]);
  const shops = (name: string) =>
    samplesOf(name).filter(({ labels }) => labels.deployment === "shop");
  assert(shops("trellis_reconciles_total").length > 0);
  assertEquals(shops("trellis_instances").map(({ value }) => value), [1]);
  const sessions = samplesOf("trellis_sessions");
  assert(sessions.some(({ labels: { kind, state } }) => kind === "service" && state === "live"));
  assertEquals(samplesOf("trellis_figures_missing").map(({ value }) => value), [0]);
  const { pid } = await shop.server();
  Deno.kill(pid, "SIGSTOP");
  try {
    await until(async () => (await failing()).includes("nats"), "the loss is seen");
    assertEquals((await fetch(`${url}/livez`).then((answer) => answer.json())).alive, true);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
  await until(async () => (await failing()).length === 0, "it is ready again");
  await until(() => /cannot be reached[^]*is reached again/.test(shop.dev.stderr), "it says both");
});

Deno.test("SIGTERM lets what is in work end, a second one does not; the log says so, line by line", async (t) => {
  const project = await TempProject.shop();
  await project.edit(
    HANDLERS,
    "const item =",
    "console.log(`in work: ${input.title}`); await new Promise((done) => setTimeout(done, Number(input.title)));\n      const item =",
  );
  await using shop = await RunningProject.start(project, {
    words: ["start", "--log-format", "json", "--drain", "60s"],
  });
  const call = (ms: number) =>
    shop.trellis(["call", "Shop.Add", `{"title":"${ms}"}`, "--timeout", "60000"]);
  await t.step("a request that was accepted is answered, and the exit code is 0", async () => {
    const called = call(3000);
    await shop.dev.until("in work: 3000", "stdout");
    shop.dev.signal("SIGTERM");
    assertEquals((await called).code, 0);
    assertEquals(await shop.dev.ended(), 0);
    const lines = shop.dev.stderr.trim().split("\n").map((line) => JSON.parse(line));
    const events = lines.map(({ event }) => event);
    assert(events.includes("server") && events.includes("ready"), events.join());
    const messages = lines.map(({ message }) => message);
    assert(messages.includes("stopping; what is in work may take 1 min"), messages.join());
    for (const { time, level } of lines) assert(time === new Date(time).toISOString() && level);
  });

  await t.step("a second signal ends it at once", async () => {
    const words = ["start", "--log-format", "json", "--drain", "60s"];
    await using dev = startTrellisCommand(words, { cwd: project.dir });
    await dev.until("ready in");
    const called = call(50_000);
    await dev.until("in work: 50000", "stdout");
    dev.signal("SIGTERM");
    await dev.until("stopping; ");
    await until(() => {
      dev.signal("SIGTERM");
      return dev.stderr.includes("ended at once");
    }, "it ends at once");
    assertEquals(await dev.ended(), 130);
    const last = JSON.parse(dev.stderr.trim().split("\n").at(-1) ?? "");
    assertEquals([last.event, last.code], ["problem", "interrupted"]);
    assert((await called).code !== 0);
  });
});
