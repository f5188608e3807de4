/** Kills whatever works together on jobs and operations, again and again, and counts what that has done to them. */
import { fileURLToPath } from "node:url";
import { jobStream } from "../../../contracts/stored/job_names.ts";
import { deadStream } from "../../../contracts/stored/work_names.ts";
import { provision } from "../deployed.ts";
import { QueueStreams } from "../nats/queue_streams.ts";
import { TrellisServer } from "../trellis_server.ts";
import { until } from "../until.ts";
import { countFaults, type Faults, type Repeats } from "./count_faults.ts";
import { Ledger, readLedger } from "./ledger.ts";
import { buyer, plant } from "./plant.ts";

/** How much is asked for, and how much is killed. */
export interface ChaosOptions {
  readonly jobs: number;
  readonly operations: number;
  readonly kills: number;
  readonly workers: number;
  readonly callers: number;
  /** Handlers pause twice, and callers after each job, for up to so many milliseconds. */
  readonly handlerMs: number;
  readonly callerMs: number;
  /** Milliseconds between two kills. */
  readonly apartMs: number;
  /** Milliseconds that all of it may take. */
  readonly limitMs: number;
  /** Is told how far it is. */
  readonly say?: (line: string) => void;
}

/** What has become of it. */
export interface ChaosReport extends Repeats {
  readonly faults: Faults & {
    /** Messages that are in the queue at the end, and dead letters. */
    readonly endless: number;
    readonly dead: number;
    /** Processes that have ended by themselves. */
    readonly crashed: readonly string[];
  };
  readonly kills: Readonly<Record<Victim, number>>;
}

type Victim = "worker" | "broker" | "caller";

/** Runs it on a server of its own. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { jobs, operations, workers, callers, handlerMs, callerMs, limitMs, say } = options;
  const dir = await Deno.makeTempDir();
  const path = `${dir}/ledger`;
  const ledger = new Ledger(path);
  await using server = await TrellisServer.start();
  const authority = await server.authority();
  await provision(authority, plant);
  await provision(authority, buyer).catch(() => {});
  await using streams = await QueueStreams.open(server.url);
  const crashed: string[] = [];
  const kills = { worker: 0, broker: 0, caller: 0 };
  const living = {
    worker: Array.from(
      { length: workers },
      () => new Process("worker", [server.url, path, handlerMs], ledger, crashed),
    ),
    caller: Array.from({ length: callers }, (_, part) =>
      new Process(
        "caller",
        [server.url, path, callerMs, jobs, operations, part, callers],
        ledger,
        crashed,
      )),
  };
  const isAsked = () => living.caller.every(({ isOver }) => isOver);
  const end = performance.now() + limitMs;
  const isLate = () => performance.now() > end || crashed.length > 0;
  const left = async () => await streams.count(jobStream("plant")).catch(() => Infinity);
  const begun = () => readLedger(path).some(({ what }) => what === "end");
  try {
    await until(() => begun() || isLate(), "the first are done", limitMs);
    for (let kill = 0; kill < options.kills && !isLate(); kill++) {
      await pause(options.apartMs * (0.5 + Math.random()));
      if (isAsked() && await left() === 0) break;
      const victim = chooseVictim(kill, !isAsked());
      kills[victim]++;
      if (victim === "broker") {
        await server.kill();
        ledger.write({ what: "dead", queue: "all", id: "broker" });
        await pause(Math.random() * 500);
        await server.startAgain();
      } else {
        const running = living[victim].filter(({ isOver }) => !isOver);
        await running[Math.floor(Math.random() * running.length)]?.killAndStartAgain();
      }
      if (kill % 10 === 9) {
        say?.(`${kill + 1} kills, ${JSON.stringify(kills)}: ${await left()} wait`);
      }
    }
    await until(async () => isLate() || (isAsked() && await left() === 0), "all is done", limitMs);
  } catch (cause) {
    crashed.push(String(cause));
  } finally {
    await Promise.all([...living.worker, ...living.caller].map((process) => process.kill()));
  }
  const { faults, repeats } = countFaults(readLedger(path));
  const report = {
    ...repeats,
    faults: {
      ...faults,
      endless: await left(),
      dead: await streams.count(deadStream("plant")),
      crashed,
    },
    kills,
  };
  const { endless, dead, lost, repeated, disordered } = report.faults;
  const isClean = [lost, repeated, disordered, crashed].every((ids) => ids.length === 0) &&
    endless === 0 && dead === 0;
  if (isClean) await Deno.remove(dir, { recursive: true });
  else say?.(`the ledger is kept: ${path}`);
  return report;
}

/** Each in its turn, so that a short run has all of them. */
function chooseVictim(kill: number, hasCallers: boolean): Victim {
  const victim = (["worker", "caller", "broker", "worker", "caller"] as const)[kill % 5]!;
  return victim === "caller" && !hasCallers ? "worker" : victim;
}

/** A worker or a caller, which is started again when it is killed. */
class Process {
  isOver = false;
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #ledger: Ledger;
  readonly #crashed: string[];
  #child: Deno.ChildProcess;

  constructor(
    kind: "worker" | "caller",
    args: readonly (string | number)[],
    ledger: Ledger,
    crashed: string[],
  ) {
    this.#program = fileURLToPath(new URL(`./${kind}_process.ts`, import.meta.url));
    this.#args = args.map(String);
    this.#ledger = ledger;
    this.#crashed = crashed;
    this.#child = this.#start();
  }

  async kill(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const child = this.#child;
    child.kill("SIGKILL");
    await child.status;
    this.#ledger.write({ what: "dead", queue: "all", id: "process", pid: child.pid });
  }

  async killAndStartAgain(): Promise<void> {
    await this.kill();
    this.isOver = false;
    this.#child = this.#start();
  }

  #start(): Deno.ChildProcess {
    const args = ["run", "-A", "--no-check", "--quiet", this.#program, ...this.#args];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" })
      .spawn();
    child.status.then(({ code }) => {
      if (this.isOver || child !== this.#child) return;
      this.isOver = true;
      if (code !== 0) this.#crashed.push(`${this.#program} ended with ${code}`);
    });
    return child;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
