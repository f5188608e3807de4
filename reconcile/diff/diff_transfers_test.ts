import { assertEquals } from "@std/assert";
import type { Contract } from "../../contracts/define/contract.ts";
import { filesContract, RECEIVED, SENT } from "../../tests/support/transfers/files_contract.ts";
import { needsOf } from "../needs/needs.ts";
import { diffNeeds } from "./diff_needs.ts";

/** Two deployments that use the contract: one sends and fetches files, one follows the feed. */
const users = [
  {
    deployment: "desk",
    uses: {
      "files@v1": {
        required: true,
        selections: ["operations.call:Files.Upload", "rpc.call:Files.Download"],
      },
    },
  },
  {
    deployment: "screen",
    uses: { "files@v1": { required: true, selections: ["feeds.subscribe:Files.Changes"] } },
  },
];

function changes(before: Contract, after: Contract): readonly string[] {
  const [from, to] = [before, after].map(({ manifest, digest }) => needsOf(manifest, digest));
  return diffNeeds(from, to!, { users })
    .map(({ code, affects = [] }) => [code, ...affects].join(" "));
}

const all = filesContract({ upload: SENT, download: RECEIVED, feed: {} });

Deno.test("whoever sends or fetches files, or follows a feed, is named where that ends or gets harder", () => {
  assertEquals(changes(all, filesContract({ upload: SENT, download: RECEIVED })), [
    "surface.removed screen",
  ]);
  assertEquals(
    changes(all, filesContract({ upload: SENT, download: RECEIVED, feed: { errors: true } })),
    ["surface.error.added screen"],
  );
  assertEquals(changes(all, filesContract({ upload: null, download: null, feed: {} })), [
    "transfer.send.removed desk",
    "transfer.receive.removed desk",
  ]);
  assertEquals(
    changes(filesContract({ upload: null }), filesContract({ upload: SENT })),
    ["transfer.send.added desk"],
  );
  assertEquals(changes(all, filesContract({ upload: RECEIVED, download: RECEIVED, feed: {} })), [
    "transfer.send.removed desk",
    "transfer.receive.added",
  ]);
});

Deno.test("a store that was renamed is the same store, and a limit that the store has is the store's", () => {
  const renamed = filesContract({
    upload: { ...SENT, store: "kept" },
    stores: { kept: { purpose: "files", renamedFrom: "files" } },
  });
  assertEquals(changes(filesContract({ upload: SENT }), renamed), ["store.renamed"]);
  const stores = { files: { maxObjectBytes: 1000 } };
  assertEquals(
    changes(
      filesContract({ upload: SENT, stores }),
      filesContract({ upload: { ...SENT, maxBytes: 1000 }, stores }),
    ),
    ["transfer.maxBytes.raised"],
  );
  const roomy = filesContract({ upload: SENT, stores: { files: { maxObjectBytes: 2000 } } });
  assertEquals(changes(filesContract({ upload: SENT, stores }), roomy), [
    "store.maxObjectBytes.increased",
  ]);
});
