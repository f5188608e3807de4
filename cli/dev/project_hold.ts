import { join } from "node:path";
import { err, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** The right to be the one `dev` of a project. Ends by itself when this process dies. */
export interface ProjectHold extends Disposable {
  /** Gives the right back; once is enough, twice is harmless. */
  release(): void;
}

/** Milliseconds that another process has to end. */
const PATIENCE_MS = 1000;

/**
 * Takes a project for the `dev` of this process: two of them would decide about the same contracts, and write the same
 * files. The lock is the operating system's, on an open file, so that none is left behind by a process that was killed;
 * who has it stands beside it. Errors: `project_in_use`.
 */
export async function holdProject(stateDir: string): Promise<Result<ProjectHold, ExplainedError>> {
  await Deno.mkdir(stateDir, { recursive: true });
  const owner = join(stateDir, "dev.pid");
  const file = await Deno.open(join(stateDir, "dev.lock"), { create: true, write: true });
  const end = performance.now() + PATIENCE_MS;
  while (!await file.tryLock(true)) {
    if (performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      continue;
    }
    file.close();
    const pid = (await Deno.readTextFile(owner).catch(() => "")).trim();
    const who = /^\d+$/.test(pid) ? `process ${pid}` : "another process";
    return err({
      code: "project_in_use",
      message: `${who} runs trellis dev in this project already (${stateDir})`,
      hint: "go on there, or stop it and run this again; trellis status tells what runs",
    });
  }
  await Deno.writeTextFile(owner, `${Deno.pid}\n`);
  let isHeld = true;
  const release = () => {
    if (isHeld) file.close(); // which unlocks it as well
    isHeld = false;
  };
  return ok({ release, [Symbol.dispose]: release });
}
