/** Starts a worker, as `dev` does, and waits to be killed. */
import { WarmWorker } from "../worker_host.ts";

const settings = { permissions: ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"] };
new WarmWorker({ ...settings, config: Deno.args[0], heapMb: 128 });
