import { err, ok, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";

/** Where and how git runs. */
export interface GitOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What git wrote, without the last line break; the error says why there is none. */
export async function git(
  args: readonly string[],
  { cwd, env = {}, signal }: GitOptions,
): Promise<Result<string, ExplainedError>> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: [...args],
      cwd,
      env: { ...env },
      signal,
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
    if (success) return ok(text(stdout));
    return err({ code: "git_failed", message: `git ${args[0]} failed: ${text(stderr)}` });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      const hint = "install git, or name files";
      return err({ code: "git_missing", message: "there is no git on the PATH", hint });
    }
    const reason = error instanceof Error ? error.message : String(error);
    return err({ code: "git_missing", message: `git cannot be run: ${reason}` });
  }
}
