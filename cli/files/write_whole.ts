import { dirname } from "node:path";
import { err, isErr, type Result } from "../../contracts/result.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { notWritten, openFile } from "./file_destination.ts";

/** Writes or replaces a file, and makes its directory. No reader ever finds a part of it. */
export async function writeWhole(
  path: string,
  text: string,
): Promise<Result<void, ExplainedError>> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true });
  } catch (error) {
    return err(notWritten(path, error));
  }
  const opened = (await openFile(path, true)).take();
  if (isErr(opened)) return opened;
  await using file = opened;
  const written = await file.write(new TextEncoder().encode(text));
  return written.isErr() ? err(written.error) : await file.commit();
}
