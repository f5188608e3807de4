/** Replaces the processes of a deployment by those of another version of Trellis, one after the other, under load. */
import { join } from "node:path";
import { StoredLogins } from "../../../cli/program/stored_login.ts";
import { KeyPair } from "../../../contracts/identity/key_pair.ts";
import { RunningProcess } from "../../e2e/support/running_process.ts";
import { SecuredServer } from "../secured_server.ts";
import { freePort } from "../server_process.ts";
import { until } from "../until.ts";
import { type Entry, readEntries } from "./ledger.ts";
import { writeProject } from "./rolling_project.ts";

/** A version of Trellis: a checkout of it. */
export interface Version {
  readonly name: string;
  readonly checkout: string;
}

/** What has become of it. */
export interface RollingReport {
  /** How many of each kind of work were acknowledged. */
  readonly done: Readonly<Record<string, number>>;
  /** What failed, and which process was replaced at that time. */
  readonly failed: readonly (Entry & { readonly during: string })[];
  /** What was acknowledged and is not there. */
  readonly lost: readonly Entry[];
  /** Processes that did not start again, and what they said. */
  readonly refused: readonly string[];
}

const SLOTS = ["control 1", "control 2", "services 1", "services 2", "load"] as const;
type Slot = typeof SLOTS[number];

/** How much of each kind has to be done between two replacements. */
const PROGRESS = 5;
/** A process may wait for the type checker, and for others. */
const START_MS = 120_000;

/** Runs a deployment of the first version, and leads it through the others. */
export async function roll(
  [first, ...others]: readonly [Version, ...Version[]],
  say: (line: string) => void,
): Promise<RollingReport> {
  await using fleet = await Fleet.open([first, ...others]);
  await fleet.begin(first);
  const refused: string[] = [];
  let before = first;
  for (const version of others) {
    say(`${before.name} to ${version.name}`);
    for (const slot of SLOTS) {
      const problem = await fleet.replace(slot, version);
      say(`  ${slot}: ${problem ?? "replaced"}`);
      if (problem === undefined) continue;
      refused.push(`${slot}, ${before.name} to ${version.name}: ${problem}`);
      await fleet.replace(slot, before);
    }
    before = version;
  }
  return { ...await fleet.end(), refused };
}

/** The server, its processes, and what the load has written. */
class Fleet implements AsyncDisposable {
  readonly #dir: string;
  readonly #ledger: string;
  readonly #server: SecuredServer;
  readonly #running = new Map<Slot, RunningProcess>();
  readonly #replaced: { readonly from: string; readonly to: string; readonly what: string }[] = [];
  #seed = "";

  private constructor(dir: string, server: SecuredServer) {
    this.#dir = dir;
    this.#ledger = join(dir, "ledger");
    this.#server = server;
  }

  /** A server, and a project for each process and version. */
  static async open(versions: readonly Version[]): Promise<Fleet> {
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "trellis-rolling-" }));
    const keysDir = join(dir, "keys");
    const server = await SecuredServer.start({ keysDir });
    const fleet = new Fleet(dir, server);
    for (const { name, checkout } of versions) {
      for (const slot of SLOTS) {
        const project = fleet.#project(slot, name);
        await writeProject(project, checkout);
        if (!slot.startsWith("control")) continue;
        await Deno.copyFile(join(keysDir, "keys.json"), join(project, ".trellis/keys/keys.json"));
      }
    }
    return fleet;
  }

  /** Has everything accepted and running. */
  async begin(version: Version): Promise<void> {
    const { url, keys } = this.#server;
    for (const slot of SLOTS.slice(0, 2)) await this.#start(slot, version);
    // As whoever has logged in on this machine.
    const kept = await new StoredLogins(join(this.#dir, "trellis")).write(url, {
      key: keys.admin,
      name: "admin",
    });
    kept.orThrow();
    const run = (...words: string[]) => this.#run(version, words);
    for (const slot of SLOTS.slice(2, 4)) {
      const seeds = join(this.#dir, `${slot.replace(" ", "-")}.seed`);
      await run("sessions", "add", "plant", "--count", "2", "--out", seeds, ...this.#keys());
      await this.#start(slot, version);
    }
    const key = KeyPair.generate("user");
    this.#seed = key.seed;
    const add = ["devices", "add", "load@v1", key.publicKey, "--activate", ...this.#keys()];
    // The first one asks for what it needs, which is accepted then.
    if (await run(...add).then(() => false, () => true)) {
      const plans: readonly { readonly id: string }[] = JSON.parse(
        await run("svc", "load", "authority", "plan", "list", "--json"),
      );
      for (const { id } of plans) await run("svc", "load", "authority", "accept-update", id);
      await run(...add);
    }
    await this.#start("load", version);
  }

  /** Stops the process of a slot in good order and starts that of a version; says why that does not start. */
  async replace(slot: Slot, version: Version): Promise<string | undefined> {
    const from = new Date().toISOString();
    await this.#stop(slot);
    const problem = await this.#start(slot, version).then(() => undefined, String);
    this.#replaced.push({ from, to: new Date().toISOString(), what: `${slot} to ${version.name}` });
    return problem;
  }

  /** Stops everything, the load first, which then says what is lost. */
  async end(): Promise<Omit<RollingReport, "refused">> {
    await this.#stop("load");
    const entries = readEntries(this.#ledger);
    const done: Record<string, number> = {};
    for (const { what } of entries) done[what] = (done[what] ?? 0) + 1;
    const failed = entries.filter(({ what }) => what === "failed").map((entry) => {
      const at = this.#replaced.find(({ from, to }) => from <= entry.at && entry.at <= to);
      return { ...entry, during: at?.what ?? "nothing" };
    });
    return { done, failed, lost: entries.filter(({ what }) => what === "lost") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(SLOTS.toReversed().map((slot) => this.#stop(slot)));
    await this.#server[Symbol.asyncDispose]();
    await Deno.remove(this.#dir, { recursive: true });
  }

  async #start(slot: Slot, version: Version): Promise<void> {
    const port = freePort();
    const process = this.#spawn(slot, version, port);
    this.#running.set(slot, process);
    const ended = process.ended().then((code) => {
      throw new Error(`it ended with ${code}: ${process.stderr.trim().slice(-1000)}`);
    });
    // Only what ends before it is ready is told.
    ended.catch(() => {});
    const isReady = slot === "load" ? this.#progress() : async () => await answers(port);
    try {
      await Promise.race([ended, until(isReady, `${slot} is ready`, START_MS)]);
    } catch (cause) {
      throw new Error(`${String(cause)}\n${process.stderr.trim().slice(-1000)}`);
    }
    if (this.#running.has("load")) await until(this.#progress(), "the load goes on", START_MS);
  }

  #spawn(slot: Slot, { name, checkout }: Version, port: number): RunningProcess {
    const { url } = this.#server;
    const cwd = this.#project(slot, name);
    if (slot === "load") {
      const env = { NATS_URL: url, TRELLIS_SESSION_KEY_SEED: this.#seed };
      return new RunningProcess(["run", "-A", "--no-check", "load.ts", this.#ledger], { cwd, env });
    }
    const seeds = join(cwd, ".trellis/seeds/plant.seed");
    const words = slot.startsWith("control")
      ? ["control", "--no-console"]
      : ["start", "--services-only", "--instances", "2"];
    if (!slot.startsWith("control")) {
      Deno.copyFileSync(join(this.#dir, `${slot.replace(" ", "-")}.seed`), seeds);
    }
    return new RunningProcess(
      trellis(checkout, [...words, "--nats", url, "--health-port", String(port)]),
      { cwd },
    );
  }

  async #stop(slot: Slot): Promise<void> {
    const process = this.#running.get(slot);
    this.#running.delete(slot);
    process?.signal("SIGTERM");
    await process?.ended();
  }

  /** Whether some more of each kind was done since now. */
  #progress(): () => boolean {
    const count = () => {
      try {
        const entries = readEntries(this.#ledger);
        return ["keep", "send", "state"].map((kind) =>
          entries.filter(({ what }) => what === kind).length
        );
      } catch {
        return [0, 0, 0];
      }
    };
    const before = count();
    return () => count().every((now, at) => now >= (before[at] ?? 0) + PROGRESS);
  }

  async #run({ name, checkout }: Version, words: readonly string[]): Promise<string> {
    await using process = new RunningProcess(
      trellis(checkout, [...words, "--nats", this.#server.url]),
      { cwd: this.#project("control 1", name), env: { XDG_CONFIG_HOME: this.#dir } },
    );
    const code = await process.ended();
    if (code !== 0) {
      throw new Error(`trellis ${words.join(" ")} ended with ${code}: ${process.stderr}`);
    }
    return process.stdout;
  }

  #keys(): readonly string[] {
    return ["--keys", this.#server.keysDir];
  }

  #project(slot: Slot, version: string): string {
    return join(this.#dir, `${slot.replace(" ", "-")}-${version}`);
  }
}

function trellis(checkout: string, words: readonly string[]): readonly string[] {
  const main = join(checkout, "cli/main.ts");
  return ["run", "--unstable-lazy-dynamic-imports", "-A", "--no-check", main, ...words];
}

async function answers(port: number): Promise<boolean> {
  try {
    const { ok, body } = await fetch(`http://127.0.0.1:${port}/readyz`);
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}
