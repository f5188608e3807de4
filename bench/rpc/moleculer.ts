import { contend } from "./contender.ts";
import { ORDER } from "./order.ts";
import { importPeer } from "./peers.ts";

interface Broker {
  createService(service: object): void;
  start(): Promise<void>;
  waitForServices(names: string): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
}

interface Moleculer {
  readonly ServiceBroker: new (options: object) => Broker;
}

const [transporter] = Deno.args;
const { ServiceBroker } = await importPeer<Moleculer>("moleculer");
const options = { transporter, logger: false };
const responder = new ServiceBroker({ ...options, nodeID: "responder" });
responder.createService({
  name: "orders",
  actions: { echo: (context: { readonly params: unknown }) => context.params },
});
await responder.start();
const client = new ServiceBroker({ ...options, nodeID: "client" });
await client.start();
await client.waitForServices("orders");
await contend(() => client.call("orders.echo", ORDER));
