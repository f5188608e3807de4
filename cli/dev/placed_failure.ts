import { pathToFileURL } from "node:url";
import type { WorkerFailure } from "../workers/worker_protocol.ts";

/** A failure that names files from the project's folder, as everything else that a session says. */
export function placedIn(root: string, failure: WorkerFailure): WorkerFailure {
  const places = [pathToFileURL(root).href, root].map(RegExp.escape).join("|");
  // No part of a longer path is meant.
  const inside = new RegExp(`(?<![\\w./-])(?:${places})/`, "g");
  return { ...failure, message: failure.message.replace(inside, "") };
}
