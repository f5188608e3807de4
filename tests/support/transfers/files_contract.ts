/** A contract whose files and feeds a test chooses. */
import { Type } from "@sinclair/typebox";
import type { Contract } from "../../../contracts/define/contract.ts";
import type {
  FeedDeclaration,
  ReceiveTransfer,
  SendTransfer,
  ServiceBody,
  StoreDeclaration,
} from "../../../contracts/define/declaration.ts";
import { defineServiceContract } from "../../../contracts/define/define.ts";
import { defineError } from "../../../contracts/errors/define_error.ts";
import { FileGrantSchema } from "../../../contracts/schema/file_grant.ts";

/** What is said about a file that is sent. */
export const Upload = Type.Object({
  path: Type.String(),
  name: Type.String(),
  type: Type.Optional(Type.String()),
});
/** The answer that holds a grant. */
export const Download = Type.Object({ file: FileGrantSchema });

const Filter = Type.Object({ prefix: Type.String() });

/** An error that a feed may be declared with. */
export const TooMany = defineError({ type: "TooMany", fields: {}, message: "too many" });

/** What a test says; a surface that is left out is not declared. */
export interface Files {
  /** Of the operation `Files.Upload`; null: it takes no files. */
  readonly upload?: SendTransfer | ReceiveTransfer | null;
  /** Of the RPC `Files.Download`; null: it grants none. */
  readonly download?: ReceiveTransfer | null;
  /** Of the feed `Files.Changes`. */
  readonly feed?: Pick<FeedDeclaration, "capabilities"> & { readonly errors?: boolean };
  readonly stores?: Readonly<Record<string, Partial<StoreDeclaration>>>;
  /** What callers of all of them must hold. */
  readonly guarded?: true;
}

/** What is usually sent, and into which store. */
export const SENT: SendTransfer = { direction: "send", store: "files", key: "/path" };
/** Out of which store it is usually granted. */
export const RECEIVED: ReceiveTransfer = { direction: "receive", store: "files" };

/** A service that takes, grants and tells what a test says. */
export function filesContract(
  { upload, download, feed, stores = { files: {} }, guarded }: Files,
): Contract<ServiceBody> {
  const registry = { schemas: { Upload, Download, Filter }, errors: { TooMany } };
  return defineServiceContract(registry, (ref): ServiceBody => {
    const call = guarded === undefined ? {} : { capabilities: { call: ["use"] } };
    return {
      id: "files@v1",
      displayName: "Files",
      description: "Keeps files.",
      ...(guarded === undefined ? {} : {
        capabilities: { use: { displayName: "Use", description: "Use files." } },
      }),
      ...(upload === undefined ? {} : {
        operations: {
          "Files.Upload": {
            version: "v1",
            input: ref.schema("Upload"),
            output: ref.schema("Download"),
            ...call,
            ...(upload === null ? {} : { transfer: upload }),
          },
        },
      }),
      ...(download === undefined ? {} : {
        rpc: {
          "Files.Download": {
            version: "v1",
            input: ref.schema("Filter"),
            output: ref.schema("Download"),
            ...call,
            ...(download === null ? {} : { transfer: download }),
          },
        },
      }),
      ...(feed === undefined ? {} : {
        feeds: {
          "Files.Changes": {
            version: "v1",
            input: ref.schema("Filter"),
            event: ref.schema("Upload"),
            ...(feed.errors === true ? { errors: [ref.error("TooMany")] } : {}),
            ...(guarded === undefined ? {} : { capabilities: { subscribe: ["use"] } }),
          },
        },
      }),
      resources: {
        store: Object.fromEntries(
          Object.entries(stores).map(([alias, store]) => [alias, { purpose: alias, ...store }]),
        ),
      },
    };
  });
}
