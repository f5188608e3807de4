/**
 * Reads the contracts of another revision in a process of its own, whose configuration is the one of
 * that revision: its import map decides what contracts import. Started with the path of a project or of a
 * contract file; writes a discovery as JSON.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import {
  discoverContracts,
  discoverFiles,
  type Discovery,
} from "../../../contracts/discovery/discovery.ts";
import "../../program/npm_resolution.ts";

async function readRevision(path: string): Promise<Discovery> {
  return (await stat(path)).isDirectory()
    ? await discoverContracts({ project: path })
    : await discoverFiles([path]);
}

if (import.meta.main) {
  const text = JSON.stringify(await readRevision(Deno.args[0] ?? "."));
  await new Response(text).body?.pipeTo(Deno.stdout.writable);
}
