import { err, ok, type Result } from "../../../contracts/result.ts";
import { notWritten } from "../../files/file_destination.ts";
import type { ExplainedError } from "../../program/command_context.ts";

/**
 * Does something with a secret that was made here. Where it goes to a file, which only the person can read,
 * it is there before anything is done, and goes away when nothing is. Errors: `exists`, and those of writing.
 *
 * @param out the file; undefined where the secret is printed afterwards
 */
export async function handingOut<T>(
  secret: string,
  out: string | undefined,
  act: () => Promise<Result<T, ExplainedError>>,
): Promise<Result<T, ExplainedError>> {
  const written = out === undefined ? ok() : await writeSecret(out, secret);
  if (written.isErr()) return err(written.error);
  const done = await act();
  if (done.isErr() && out !== undefined) await Deno.remove(out);
  return done;
}

async function writeSecret(path: string, secret: string): Promise<Result<void, ExplainedError>> {
  try {
    await Deno.writeTextFile(path, `${secret}\n`, { createNew: true, mode: 0o600 });
    return ok();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) return err(notWritten(path, cause));
    return err({ code: "exists", message: `there is a file ${path} already; nothing was done` });
  }
}
