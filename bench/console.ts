import { join } from "node:path";
import { KeptLogins } from "../cli/console/login/kept_logins.ts";
import { resourcesRoutes } from "../cli/console/resources/resources_routes.tsx";
import { servicesRoutes } from "../cli/console/services/services_routes.tsx";
import contract from "../examples/orders/contracts/orders_service.ts";
import { TrellisClient } from "../mod.ts";
import { appFor } from "../tests/support/console/console_app.ts";
import { adminVisitor } from "../tests/support/console/console_visitor.ts";
import { provision } from "../tests/support/deployed.ts";
import { kvContract } from "../tests/support/kv_contract.ts";
import { SecuredTrellis } from "../tests/support/platform/secured_trellis.ts";
import { run } from "./measure/load.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone, compared, type Row } from "./measure/row.ts";
import { OrdersCopy } from "./project/orders_copy.ts";
import { openPages } from "./console/open_pages.ts";
import { cpuMsOf, memoryOf } from "./console/process_cost.ts";
import { RunningProject } from "./project/running_project.ts";
import { until } from "./project/until.ts";

/** Consoles that are open at once. */
const OPEN = 5;

/**
 * What the Console costs: its first page, the process that serves it, and the requests of others while it
 * watches; and how long its pages take where there is much to show.
 */
export const consolePages: Measurement = async (effort) => [
  ...await ofProcess(effort),
  ...await ofMuch(effort),
];

const ofProcess: Measurement = async ({ quick, say, note }) => {
  await using project = await OrdersCopy.make();
  await project.forget();
  await using running = await RunningProject.start("start", project.root);
  const { servers, keys, pid, console: origin } = running;
  const logins = new KeptLogins(join(project.root, ".trellis", "console"), Date.now);
  const cookie = await logins.add({ key: keys.admin, name: "admin" });
  const headers = { Cookie: `trellis_console_${new URL(origin).port}=${cookie}` };
  const page = async (path: string) => {
    const started = performance.now();
    const response = await fetch(origin + path, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    return { text, ms: performance.now() - started };
  };
  say("first page");
  const before = await memoryOf(pid);
  const first = await page("/services");
  const again = [];
  for (let turn = 0; turn < (quick ? 10 : 50); turn++) again.push((await page("/services")).ms);
  const texts = [first.text, (await page("/console.css")).text, (await page("/live.js")).text];
  const bytes = texts.map((text) => new TextEncoder().encode(text).length);
  note(`bytes of the page, its style and its script: ${bytes.join(", ")}`);

  await using client = await TrellisClient.connect({
    contract,
    trellisUrl: servers,
    sessionKeySeed: keys.admin.seed,
  }).orThrow();
  const call = () => client.rpc.orders.list({ limit: 0 }, { timeoutMs: 5000 }).orThrow();
  await until("orders are listed", async () => (await client.rpc.orders.list({ limit: 0 })).isOk());
  const ms = quick ? 1000 : 3000;
  say("calls");
  const load = { kind: "in_flight", width: 16, ms } as const;
  const figures = await inTurns({
    Trellis: {
      turn: async () => {
        await using _ = await openPages(origin, headers, 1);
        return await run(load, call);
      },
    },
    "no Console": { turn: () => run(load, call) },
  }, quick ? 3 : 9);

  say("open Consoles");
  const rows: Row[] = [];
  {
    await using _ = await openPages(origin, headers, OPEN);
    const cpu = await cpuMsOf(pid);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const share = ((await cpuMsOf(pid)) - cpu) / ms;
    note(`CPU of the process with ${OPEN} open Consoles: ${(share * 100).toFixed(1)} % of a core`);
    const open = await memoryOf(pid);
    rows.push(alone({ name: `memory of ${OPEN} open Consoles`, unit: "MiB" }, [open - before]));
  }
  return [
    alone({
      name: "Console: first page",
      unit: "ms",
      target: { of: "figure", limit: 1000 },
    }, [first.ms]),
    alone({ name: "Console: a page again", unit: "ms" }, again),
    alone({ name: "Console: bytes of the first page", unit: "kB" }, [
      bytes.reduce((sum, one) => sum + one, 0) / 1000,
    ]),
    compared(
      { name: "calls while a Console watches", unit: "/s", target: { of: "ratio", limit: 0.97 } },
      figures,
      "no Console",
    ),
    ...rows,
  ];
};

const ITEM = { name: "a thing" };

const ofMuch: Measurement = async ({ quick, say }) => {
  const deployments = quick ? 50 : 200;
  const keys = quick ? 2000 : 10_000;
  await using trellis = await SecuredTrellis.start();
  const { authority } = trellis;
  say(`${deployments} deployments`);
  const items = kvContract({ items: {} });
  for (let at = 0; at < deployments; at++) await provision(authority, items, `d${at}`);
  say(`${keys} keys`);
  const service = await trellis.addInstance(items, { deployment: "d0" });
  for (let at = 0; at < keys; at += 100) {
    await Promise.all(
      Array.from(
        { length: 100 },
        (_, next) => service.kv.items?.put(`k${at + next}`, ITEM).orThrow(),
      ),
    );
  }
  await using visitor = await adminVisitor(trellis.server);
  const services = appFor(visitor, "/services", servicesRoutes());
  const resources = appFor(visitor, "/resources", resourcesRoutes());
  const times = async (ask: () => Response | Promise<Response>) => {
    const figures = [];
    for (let turn = 0; turn < 10; turn++) {
      const started = performance.now();
      const response = await ask();
      await response.text();
      if (!response.ok) throw new Error(`a page answers ${response.status}`);
      figures.push(performance.now() - started);
    }
    return figures;
  };
  return [
    alone(
      { name: `Console: ${deployments} deployments`, unit: "ms" },
      await times(() => services.request("/services")),
    ),
    alone(
      { name: `Console: a page of ${keys} keys`, unit: "ms" },
      await times(() => resources.request("/resources/d0/kv/items")),
    ),
  ];
};
