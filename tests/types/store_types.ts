/** What the compiler refuses of stores. Checked, never run. */
import { defineHandlers, TrellisService } from "../../mod.ts";
import { documents } from "../support/documents_contract.ts";
import { ordersRpc } from "../support/orders_rpc.ts";

export async function stores(): Promise<void> {
  const service = await TrellisService.connect({ contract: documents }).orThrow();
  // @ts-expect-error [S17] an optional store may not be there
  service.store.previews.open();
  service.store.previews?.open();
  // @ts-expect-error the contract declares no such alias
  service.store.carts;
  // @ts-expect-error a handle is not an open store
  service.store.uploads.get("a");
  // @ts-expect-error handles are not assigned
  service.store.uploads = undefined;
  const store = await service.store.uploads.open().orThrow();
  // @ts-expect-error [S77] a list needs a limit
  await store.list({});
  // @ts-expect-error [S77] a list needs a limit
  await store.list();
  // @ts-expect-error [S85] metadata is of strings
  await store.put("a", new Uint8Array(), { metadata: { pages: 3 } });
  // @ts-expect-error text has to be encoded
  await store.put("a", "text");
  // @ts-expect-error keys are strings
  await store.get(7);
  // @ts-expect-error [S99] the size of chunks cannot be set
  await store.put("a", new Uint8Array(), { chunkBytes: 7 });
  const entry = await store.get("a").orThrow();
  // @ts-expect-error [S100] there is no value of a type
  entry.value;
  // @ts-expect-error an entry is not written to
  entry.key = "b";
}

defineHandlers(ordersRpc, {
  rpc: {
    "Orders.Get": ({ input, client }) => {
      // @ts-expect-error the contract declares no stores
      client.store.uploads;
      throw new Error(input.orderId);
    },
    "Orders.Create": ({ input, client }) => {
      client.store satisfies Record<never, never>;
      throw new Error(input.orderId);
    },
  },
});
