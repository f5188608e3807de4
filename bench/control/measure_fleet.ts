import { join } from "node:path";
import { StoredLogins } from "../../cli/program/stored_login.ts";
import { KeptLogins } from "../../cli/console/login/kept_logins.ts";
import { KeyPair } from "../../contracts/identity/key_pair.ts";
import { openConnection } from "../../runtime/nats/connection.ts";
import { LiveSessions } from "../../runtime/platform/nats/live_sessions.ts";
import { until } from "../../tests/support/until.ts";
import type { SecuredServer } from "../../tests/support/secured_server.ts";
import { cpuMsOf, memoryOf } from "../console/process_cost.ts";
import type { Effort } from "../measure/measurement.ts";
import { inTurns } from "../measure/rounds.ts";
import { alone, compared, type Row } from "../measure/row.ts";
import { ControlProcess } from "./control_process.ts";
import type { FilledFleet } from "./fill_fleet.ts";

/** A server with a fleet on it. */
export interface FleetServer extends Pick<SecuredServer, "url" | "keys" | "keysDir" | "pid"> {
  readonly filled: FilledFleet;
}

/** A round looks at everything once; after one that takes minutes there are no more of them in an hour. */
const ROUNDS = 3;
/** Milliseconds in which a process that does nothing is watched. */
const IDLE_MS = 60_000;
/** Milliseconds that whatever is under way may take. */
const LONGEST_MS = 1_800_000;
const FEW = "50 deployments";

/** What the control plane of a large fleet takes, beside one of a few deployments where that tells something. */
export async function measureFleet(
  fleet: FleetServer,
  few: FleetServer,
  { say, note, quick }: Effort,
): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const rows: Row[] = [];
  const row = (...args: Parameters<typeof alone>) => void rows.push(alone(...args));
  say("starting");
  const control = opened.use(await ControlProcess.start(fleet));
  const { pid } = control;
  const [letIn, ready] = await Promise.all([firstLetIn(fleet, control), control.ready()]);
  row({ name: "control: until somebody is let in", unit: "ms", target: within(10_000) }, [letIn]);
  row({ name: "control: until it is ready", unit: "ms", target: within(10_000) }, [ready]);
  row({ name: "control: memory when it is ready", unit: "MiB" }, [await memoryOf(pid)]);
  note(`processor time of the control plane until it was ready: ${await cpuMsOf(pid)} ms`);

  say("letting in while it looks at everything");
  const other = opened.use(await ControlProcess.start(few));
  await other.ready();
  const beside = await inTurns({
    Trellis: { turn: () => letInOne(fleet) },
    [FEW]: { turn: () => letInOne(few) },
  }, 20);
  rows.push(compared({ name: "letting one in during the first round", unit: "ms" }, beside, FEW));
  say("the first round");
  await quiet(pid);
  note(`processor time of the first round, with the start: ${await cpuMsOf(pid)} ms`);
  row({ name: "control: memory after it has looked at all", unit: "MiB" }, [await memoryOf(pid)]);

  const usual = { of: "ratio", limit: 1.3 } as const;
  say("letting in");
  const apart = await inTurns({
    Trellis: { turn: () => letInOne(fleet) },
    [FEW]: { turn: () => letInOne(few) },
  }, quick ? 20 : 100);
  rows.push(compared({ name: "letting one in", unit: "ms", target: usual }, apart, FEW));

  say("idle");
  const before = [await cpuMsOf(pid), await cpuMsOf(fleet.pid)];
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const used = [await cpuMsOf(pid), await cpuMsOf(fleet.pid)].map((ms, i) => ms - before[i]!);
  note(
    `processor time of ${IDLE_MS / 1000} s without work: control ${used[0]} ms, NATS ${used[1]} ms`,
  );

  const rounds: number[] = [];
  const ofServer: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    say(`round ${round}`);
    const start = [await cpuMsOf(pid), await cpuMsOf(fleet.pid)] as const;
    await startRound(fleet);
    await quiet(pid);
    rounds.push(await cpuMsOf(pid) - start[0]);
    ofServer.push(await cpuMsOf(fleet.pid) - start[1]);
  }
  row({ name: "a round in which nothing has changed: processor time", unit: "ms" }, rounds);
  row({ name: "the same: processor time of NATS", unit: "ms" }, ofServer);
  row(
    { name: `control: memory after ${ROUNDS} rounds`, unit: "MiB", target: within(500) },
    [await memoryOf(pid)],
  );
  row({ name: "memory of NATS", unit: "MiB" }, [await memoryOf(fleet.pid)]);
  rows.push(...await commands(control, fleet, say), ...await pages(control, fleet, say));
  row({ name: "control: memory in the end", unit: "MiB" }, [await memoryOf(pid)]);
  return rows;
}

function within(limit: number) {
  return { of: "figure", limit } as const;
}

/** Milliseconds since the start of a control plane until it lets somebody in. */
async function firstLetIn(fleet: FleetServer, { started }: ControlProcess): Promise<number> {
  const asked: Promise<boolean>[] = [];
  let isIn = false;
  // The server waits two seconds for an answer that nobody gives: so many are asked for one after the other.
  while (!isIn) {
    asked.push(tryToComeIn(fleet).then((came) => isIn ||= came));
    await Promise.race([asked.at(-1), new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  const ms = performance.now() - started;
  await Promise.all(asked);
  return ms;
}

async function tryToComeIn({ url, filled }: FleetServer): Promise<boolean> {
  const key = KeyPair.fromSeed("user", filled.app.seed);
  const opened = await openConnection({ servers: url, name: "somebody", ...key && { key } });
  if (opened.isOk()) await opened.value.close();
  return opened.isOk();
}

/** Milliseconds that somebody takes to come in. */
async function letInOne(fleet: FleetServer): Promise<number> {
  const started = performance.now();
  if (!await tryToComeIn(fleet)) throw new Error("somebody was not let in");
  return performance.now() - started;
}

/** A control plane whose connection was lost looks at everything when it is back. */
async function startRound({ url, keys }: FleetServer): Promise<void> {
  const sys = (await openConnection({ servers: url, name: "bench", key: keys.sys })).orThrow();
  const live = new LiveSessions(sys);
  const found = (await live.find()).orThrow();
  for (const session of found.filter(({ client }) => client === "trellis")) {
    (await live.closeOne(session)).orThrow();
  }
  await sys.close();
}

/** Waits until a process has done next to nothing for five seconds: between two answers of a busy server it waits. */
async function quiet(pid: number): Promise<void> {
  let [idle, last, at] = [0, await cpuMsOf(pid), performance.now()];
  const isQuiet = async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [now, then] = [await cpuMsOf(pid), performance.now()];
    idle = now - last < (then - at) / 40 ? idle + 1 : 0;
    [last, at] = [now, then];
    return idle >= 10;
  };
  await until(isQuiet, "the control plane rests", LONGEST_MS);
}

async function commands(
  control: ControlProcess,
  { url, keys, filled: { service, idle } }: FleetServer,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  // As somebody who has logged in there, which the keys of another project's server would not be for.
  const logins = new StoredLogins(join(control.root, "trellis"));
  await logins.write(url, { key: keys.admin, name: "admin" });
  const svc = ["svc", service.deployment, "authority"];
  const asked: Readonly<Record<string, readonly string[]>> = {
    "trellis status": ["status"],
    "trellis svc … authority show": [...svc, "show"],
    "trellis svc … authority plan list": [...svc, "plan", "list"],
    "trellis sessions list": ["sessions", "list"],
    "trellis sessions revoke": ["sessions", "revoke", idle[0] ?? ""],
    "trellis grants add": ["grants", "add", "user:user-1", "fleet::use"],
  };
  const rows: Row[] = [];
  for (const [name, command] of Object.entries(asked)) {
    say(name);
    rows.push(alone({ name, unit: "ms" }, [(await control.run(...command)).ms]));
  }
  return rows;
}

/** The pages that somebody opens first, each twice: the second time counts, as the code is loaded then. */
async function pages(
  { root, console: origin }: ControlProcess,
  { keys }: FleetServer,
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const logins = new KeptLogins(join(root, ".trellis", "console"), Date.now);
  const cookie = await logins.add({ key: keys.admin, name: "admin" });
  const headers = { Cookie: `trellis_console_${new URL(origin).port}=${cookie}` };
  const rows: Row[] = [];
  for (
    const path of ["services", "people/users", "people/sessions", "resources", "events", "jobs"]
  ) {
    say(`Console: /${path}`);
    let [ms, bytes] = [0, 0];
    for (let turn = 0; turn < 2; turn++) {
      const started = performance.now();
      const answer = await fetch(`${origin}/${path}`, { headers });
      bytes = (await answer.arrayBuffer()).byteLength;
      if (!answer.ok) throw new Error(`/${path} answers ${answer.status}`);
      ms = performance.now() - started;
    }
    rows.push(
      alone({ name: `Console of the fleet: /${path}`, unit: "ms" }, [ms]),
      alone({ name: `Console of the fleet: bytes of /${path}`, unit: "kB" }, [bytes / 1000]),
    );
  }
  return rows;
}
