import { assertEquals } from "@std/assert";
import { until } from "../../support/until.ts";
import { RunningProject } from "../support/running_project.ts";

/** Where probes of a process are answered, as it says itself. */
async function healthOf({ dev }: RunningProject): Promise<string> {
  let found: string | undefined;
  await until(() => {
    found = /(http:\/\/127\.0\.0\.1:\d+)\/readyz/.exec(dev.stderr)?.[1];
    return found !== undefined;
  }, "where probes are answered");
  return found ?? "";
}

Deno.test("start answers probes: ready when its services answer, and not while NATS is gone", async () => {
  const words = ["start", "--health-port", "0"];
  await using shop = await RunningProject.shop({ words });
  const url = await healthOf(shop);
  const failing = async () => {
    const answer = await fetch(`${url}/readyz`);
    const { ready, checks } = await answer.json();
    assertEquals(answer.status, ready ? 200 : 503);
    return checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ name }: { name: string }) =>
      name
    );
  };
  assertEquals(await failing(), []);
  const { pid } = await shop.server();
  Deno.kill(pid, "SIGSTOP");
  try {
    await until(async () => (await failing()).includes("nats"), "the loss is seen");
    assertEquals((await fetch(`${url}/livez`).then((answer) => answer.json())).alive, true);
  } finally {
    Deno.kill(pid, "SIGCONT");
  }
  await until(async () => (await failing()).length === 0, "it is ready again");
});
