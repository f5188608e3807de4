/** What the compiler knows of files that are granted and fetched. Checked, never run. */
import { Type } from "@sinclair/typebox";
import { assertType, type IsExact } from "@std/testing/types";
import {
  defineHandlers,
  defineServiceContract,
  type FileGrant,
  type FileGranter,
  ok,
  type Result,
  type StoreError,
  type TransferError,
  type TransportError,
  TrellisClient,
} from "../../mod.ts";
import { downloadHandlers, downloads, reader } from "../support/transfers/downloads.ts";

const { handlers } = downloadHandlers;

const Order = Type.Object({ id: Type.String() });
const orders = defineServiceContract({ schemas: { Order } }, (ref) => ({
  id: "orders@v1",
  displayName: "Orders",
  description: "Grants no files.",
  rpc: { "Orders.Get": { version: "v1", input: ref.schema("Order"), output: ref.schema("Order") } },
}));

defineHandlers(downloads, {
  rpc: {
    "Files.Download": async ({ input, transfer }) => {
      assertType<IsExact<typeof transfer, FileGranter>>(true);
      const granted = await transfer.grant(input.path, { range: { start: 0, end: 1 } });
      assertType<IsExact<typeof granted, Result<FileGrant, StoreError | TransferError>>>(true);
      return granted.map((file) => ({ file }));
    },
  },
  operations: {
    "Files.Pack": async ({ input, op }) => {
      assertType<IsExact<typeof op.transfer, FileGranter>>(true);
      return ok({ file: await op.transfer.grant(input.path).orThrow() });
    },
  },
});

defineHandlers(downloads, {
  ...handlers,
  // @ts-expect-error what is granted is a file
  rpc: { "Files.Download": ({ transfer }) => ok({ file: transfer }) },
});

defineHandlers(orders, {
  rpc: {
    // @ts-expect-error it grants no files
    "Orders.Get": ({ transfer }) => ok({ id: String(transfer) }),
  },
});

/** A reader. */
export async function read(): Promise<void> {
  const client = await TrellisClient.connect({ contract: reader }).orThrow();
  const { file } = await client.rpc.files.download({ path: "a" }).orThrow();
  assertType<IsExact<typeof file, FileGrant>>(true);
  const bytes = await client.transfer(file, { range: { start: 0, end: 1 } }).bytes();
  assertType<
    IsExact<typeof bytes, Result<Uint8Array<ArrayBuffer>, TransferError | TransportError>>
  >(true);
  // @ts-expect-error an answer is no grant
  client.transfer({ file });
  // @ts-expect-error callers have no store
  client.store;
}
