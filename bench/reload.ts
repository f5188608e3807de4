import contract from "../examples/orders/contracts/orders_service.ts";
import { TrellisClient } from "../mod.ts";
import { connectMessaging } from "../runtime/rpc/nats/nats_messaging.ts";
import type { Measurement } from "./measure/measurement.ts";
import { inTurns } from "./measure/rounds.ts";
import { alone } from "./measure/row.ts";
import { openRawKv } from "./nats/raw_kv.ts";
import { CONTRACT, HANDLERS, OrdersCopy } from "./project/orders_copy.ts";
import { RunningProject } from "./project/running_project.ts";
import { until } from "./project/until.ts";

/** In `trellis dev`, from saving a file to the first answer of the new code, types checked. */
export const reload: Measurement = async ({ quick, say }) => {
  await using project = await OrdersCopy.make();
  await using running = await RunningProject.start("dev", project.root);
  const { servers, keys } = running;
  const sessionKeySeed = keys.admin.seed;
  await using client = await TrellisClient.connect({
    contract,
    trellisUrl: servers,
    sessionKeySeed,
  }).orThrow();
  const key = keys.platform;
  await using messaging = (await connectMessaging({ servers, name: "bench", key })).orThrow();
  const create = () =>
    client.rpc.orders.create({ customerId: "ada", items: [] }, { timeoutMs: 500 });
  await until("the service answers", async () => (await create()).isOk());
  await using bucket = await openRawKv(servers, "svc_orders_service_orders", key);
  const edited = new EditedOrders(await project.read(CONTRACT), await project.read(HANDLERS));

  const saveHandler = async () => {
    await pause();
    say("a saved handler");
    const prefix = edited.changeIds();
    const start = performance.now();
    await project.save(HANDLERS, edited.handlers());
    await until("new ids are given", async () => {
      const answer = await create();
      return answer.isOk() && answer.value.orderId.startsWith(prefix);
    });
    return performance.now() - start;
  };
  const saveContract = async () => {
    await pause();
    say("a saved contract");
    const { rpc, history } = edited.addRpc();
    const start = performance.now();
    await Promise.all([
      project.save(CONTRACT, edited.contract()),
      project.save(HANDLERS, edited.handlers()),
    ]);
    const subject = `rpc.v1.${rpc}.bench`;
    const body = JSON.stringify({ orderId: "o" });
    await until("the new RPC answers", async () => {
      const answer = await messaging.request(subject, body, { timeoutMs: 500, requestId: "bench" });
      return answer.isOk() && !answer.value.isError;
    });
    await until("the bucket keeps more", async () => await bucket.history() === history);
    return performance.now() - start;
  };
  const figures = await inTurns({
    handler: { turn: saveHandler },
    contract: { turn: saveContract },
  }, quick ? 5 : 15);
  return [
    alone({
      name: "saved handler to its answer",
      unit: "ms",
      target: { of: "figure", limit: 150 },
    }, figures.handler ?? []),
    alone({
      name: "saved safe change to its answer",
      unit: "ms",
      target: { of: "figure", limit: 300 },
    }, figures.contract ?? []),
  ];
};

/** Nobody saves twice within a second; what a reload leaves to be done is done by then. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1000));
}

/** The example as it is edited: ids with another beginning, one more RPC, one more revision kept. */
class EditedOrders {
  readonly #contract: string;
  readonly #handlers: string;
  #ids = 0;
  #rpcs = 0;

  constructor(contract: string, handlers: string) {
    this.#contract = contract;
    this.#handlers = handlers;
  }

  changeIds(): string {
    return `r${++this.#ids}-`;
  }

  addRpc(): { rpc: string; history: number } {
    this.#rpcs++;
    return { rpc: `Orders.Probe${this.#rpcs}`, history: this.#rpcs + 1 };
  }

  contract(): string {
    const added = this.#each((name) =>
      `"${name}": { version: "v1", input: ref.schema("OrderRef"), output: ref.schema("OrderRef") },`
    );
    const text = replaced(this.#contract, "rpc: {", `rpc: {\n${added}`);
    return replaced(text, "history: 1,", `history: ${this.#rpcs + 1},`);
  }

  handlers(): string {
    const added = this.#each((name) => `"${name}": ({ input }) => ok(input),`);
    const text = replaced(this.#handlers, "rpc: {", `rpc: {\n${added}`);
    return replaced(text, "= newId();", `= "r${this.#ids}-" + newId();`);
  }

  #each(line: (name: string) => string): string {
    return Array.from({ length: this.#rpcs }, (_, i) => line(`Orders.Probe${i + 1}`)).join("\n");
  }
}

function replaced(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new Error(`the example has no "${part}"`);
  return text.replace(part, () => by);
}
