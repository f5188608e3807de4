import { TempProject } from "../../e2e/support/temp_project.ts";

const EXAMPLE = new URL("../../../examples/orders/", import.meta.url);
const FILES = ["schemas.ts", "contracts/orders_service.ts", "handlers/orders_service.ts"];

const SHIPPING = `import { defineServiceContract } from "@qlever-llc/trellis";
import * as schemas from "../schemas.ts";
import orders from "./orders_service.ts";

export default defineServiceContract({ schemas }, (ref) => ({
  id: "shipping@v1",
  displayName: "Shipping",
  description: "Brings orders to people.",
  capabilities: {
    "shipping.send": { displayName: "Send parcels", description: "Hands parcels to the carrier." },
  },
  rpc: {
    "Shipping.Send": {
      version: "v1",
      input: ref.schema("OrderRef"),
      output: ref.schema("OrderStatus"),
      capabilities: { call: ["shipping.send"] },
    },
  },
  uses: { required: { orders: orders.use({ rpc: { call: ["Orders.Ship"] } }) } },
  events: {
    "Parcel.Sent": { version: "v1", params: ["/orderId"], event: ref.schema("OrderRef") },
  },
  resources: {
    store: { labels: { purpose: "Labels of parcels", maxTotalBytes: 5_000_000 } },
  },
  eventConsumers: { labeller: { self: ["Parcel.Sent"] } },
}));
`;

const SHIPPING_HANDLERS = `import { defineHandlers, err, GiveUp } from "@qlever-llc/trellis";
import contract from "../contracts/shipping.ts";

export default defineHandlers(contract, {
  rpc: {
    "Shipping.Send": async ({ input, client }) => {
      await client.event.parcel.sent.publish(input).orThrow();
      return await client.rpc.orders.ship(input);
    },
  },
  events: {
    labeller: {
      self: { "Parcel.Sent": () => err(new GiveUp({ reason: "the printer has no paper" })) },
    },
  },
});
`;

const APP = `import { defineAppContract } from "@qlever-llc/trellis";
import * as schemas from "../schemas.ts";
import orders from "./orders_service.ts";

export default defineAppContract({ schemas }, (ref) => ({
  id: "shop@v1",
  displayName: "Shop",
  description: "Where customers order.",
  uses: { required: { orders: orders.use({ rpc: { call: ["Orders.Create", "Orders.List"] } }) } },
  state: { basket: { kind: "map", schema: ref.schema("NewOrder") } },
}));
`;

/** A project with something of everything that the Console shows: two services, an app with state,
 * and a group that gives up all of its events. */
export async function consoleProject(): Promise<TempProject> {
  const read = (file: string) => Deno.readTextFile(new URL(file, EXAMPLE));
  const texts = await Promise.all(FILES.map(async (file) => [file, await read(file)] as const));
  return await TempProject.create({
    ...Object.fromEntries(texts),
    "contracts/shipping.ts": SHIPPING,
    "handlers/shipping.ts": SHIPPING_HANDLERS,
    "contracts/shop.ts": APP,
  });
}

/** Has the project ask for a change that stored data does not fit: it waits for a person. */
export async function askForDanger(project: TempProject): Promise<void> {
  const before = "  customerId: Type.String(),";
  await project.edit("schemas.ts", before, `${before}\n  address: Type.String(),`);
}
