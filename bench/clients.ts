import { memoryOf } from "./console/process_cost.ts";
import { fileURLToPath } from "node:url";
import { ok } from "../mod.ts";
import type { Done, Task } from "./clients/clients_program.ts";
import { echoApp } from "./clients/echo_app.ts";
import { linesOf } from "./measure/lines.ts";
import type { Measurement } from "./measure/measurement.ts";
import { alone } from "./measure/row.ts";
import { provision } from "../tests/support/deployed.ts";
import { SecuredTrellis } from "../tests/support/platform/secured_trellis.ts";
import { echoContract } from "./rpc/echo_contract.ts";

const MIB = 1024 * 1024;

/** Clients of as many people on one secured server, in a process of their own: all of them call at once. */
export const clients: Measurement = async ({ quick, say, note }) => {
  const count = quick ? 200 : 1000;
  await using trellis = await SecuredTrellis.start();
  const service = await trellis.deploy(echoContract);
  service.handle.rpc.orders.echo(({ input }) => ok(input));
  await service.serving();
  say("opening sessions");
  const seeds: string[] = [];
  for (let i = 0; i < count; i++) {
    const principal = { kind: "user", id: `user-${i}` } as const;
    const opened = await trellis.platform.openUserSession({ principal, contract: echoApp });
    seeds.push(opened.orThrow().seed ?? "");
    if (i === 0) await provision(trellis.authority, echoApp);
  }
  await using program = new ClientsProgram(trellis.url);
  const before = await memoryOf(trellis.server.pid);
  say("connecting");
  const connected = await program.do({ kind: "connect", seeds });
  say("calling");
  await program.do({ kind: "call", ms: quick ? 500 : 2000 });
  const called = await program.do({ kind: "call", ms: quick ? 2000 : 10_000 });
  const server = await memoryOf(trellis.server.pid) - before;
  say("the server starts again");
  await trellis.server.kill();
  await program.do({ kind: "lose" });
  await trellis.server.startAgain();
  const back = await program.do({ kind: "call", ms: 0 });
  for (const { errors, calls } of [called, back]) {
    for (const [code, failed] of Object.entries(errors)) {
      note(`${failed} of ${calls} calls of ${count} clients failed: ${code}`);
    }
  }
  const all = `${count} clients`;
  return [
    alone({ name: `${all} connect`, unit: "/s" }, [count * 1000 / connected.ms]),
    alone({ name: `${all} call at once`, unit: "/s" }, [called.calls * 1000 / called.ms]),
    alone({ name: `memory of ${all}`, unit: "MiB" }, [called.memory / MIB]),
    alone({ name: `memory of the server for ${all}`, unit: "MiB" }, [server]),
    alone({ name: `${all} are back after the server has started again`, unit: "ms" }, [back.ms]),
  ];
};

/** The process of the clients. */
class ClientsProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor(servers: string) {
    const path = fileURLToPath(new URL("clients/clients_program.ts", import.meta.url));
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", path, servers],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = linesOf(this.#child.stdout);
    this.#input = this.#child.stdin.getWriter();
  }

  async do(task: Task): Promise<Done> {
    await this.#input.write(new TextEncoder().encode(JSON.stringify(task) + "\n"));
    const { done, value } = await this.#lines.next();
    if (done) throw new Error("the program of the clients has ended");
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#child.status;
  }
}
