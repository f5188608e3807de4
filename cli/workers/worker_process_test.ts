import { fileURLToPath } from "node:url";
import { until } from "../../tests/support/until.ts";

const HOST = fileURLToPath(new URL("./testdata/lone_host.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

Deno.test({
  name: "a worker ends when the process that started it is killed",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const host = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--config", CONFIG, HOST, CONFIG],
    }).spawn();
    let worker: number | undefined;
    await until(() => (worker = childOf(host.pid)) !== undefined, "it has a worker");
    host.kill("SIGKILL");
    await host.status;
    await until(() => !isThere(worker), "the worker has ended");
  },
});

function childOf(pid: number): number | undefined {
  for (const { name } of Deno.readDirSync("/proc")) {
    if (/^[0-9]+$/.test(name) && parentOf(name) === pid) return Number(name);
  }
  return undefined;
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function isThere(pid: number | undefined): boolean {
  return pid !== undefined && parentOf(String(pid)) !== undefined;
}
