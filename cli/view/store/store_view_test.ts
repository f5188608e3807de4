import { assert, assertEquals } from "@std/assert";
import type { StoreInfo } from "../../../runtime/store/store_types.ts";
import { recordingTerminal } from "../../terminal/recording_terminal.ts";
import { objectText, pageSummary, pageText, storeText } from "./store_view.ts";

const NOW = Date.parse("2030-01-02T03:00:00.000Z");
const info = (key: string, size: number): StoreInfo => ({
  key,
  size,
  updatedAt: "2030-01-02T01:00:00.000Z",
  metadata: {},
});
const screen = (columns = 80) => recordingTerminal({ isTerminal: true, columns }).terminal.out;

Deno.test("objects are listed with size, type and age", () => {
  const entries = [{ ...info("a.pdf", 1536), contentType: "application/pdf" }, info("b", 7)];
  assertEquals(
    pageText(entries, NOW, screen()).split("\n"),
    [
      "key       size  type             stored",
      "a.pdf  1.5 KiB  application/pdf  2 hours ago",
      "b          7 B  -                2 hours ago",
    ],
  );
  assertEquals(pageText([], NOW, screen()), "");
});

Deno.test("keys and metadata cannot move the cursor", () => {
  const odd = { ...info("\u202eb", 1), contentType: "x", metadata: { note: "\u001b[2J" } };
  for (
    const text of [
      pageText([odd], NOW, screen()),
      objectText({ info: odd, cause: "rpc:\u001b[2J" }, NOW, screen()),
    ]
  ) {
    assert(!text.includes("\u001b") && !text.includes("\u202e"), text);
  }
});

Deno.test("a summary says which part of the listing is shown", () => {
  const page = (shown: number, count: number, offset: number) => {
    const entries = Array.from({ length: shown }, (_, i) => info(`k${i}`, 1));
    const next = offset + shown;
    const common = { entries, count, offset, limit: 10 };
    return shown > 0 && next < count ? { ...common, nextOffset: next } : common;
  };
  assertEquals(pageSummary(page(0, 0, 0), ""), "0 objects");
  assertEquals(pageSummary(page(1, 1, 0), ""), "1 object");
  assertEquals(pageSummary(page(2, 2, 0), "in/"), "2 objects with the prefix in/");
  assertEquals(pageSummary(page(2, 5, 0), ""), "2 of 5 objects; --offset 2 shows more");
  assertEquals(pageSummary(page(1, 5, 4), ""), "1 of 5 objects, from number 5");
  assertEquals(pageSummary(page(0, 5, 9), ""), "0 of 5 objects, from number 10");
});

Deno.test("a store shows its limits, and how much of them is used", () => {
  const limits = { ttlMs: 86_400_000, maxTotalBytes: 4096, maxObjectBytes: 1000 };
  assertEquals(
    storeText("documents uploads", { objects: 3, bytes: 1024, ...limits }, screen()).split("\n"),
    [
      "store    documents uploads",
      "objects  3",
      "used     1 KiB (1024 B), 25 %",
      "kept     for 1 d",
      "total    at most 4 KiB (4096 B)",
      "object   at most 1000 B",
    ],
  );
  assertEquals(
    storeText("s", { objects: 0, bytes: 0, ttlMs: 0 }, screen()).split("\n").slice(2),
    ["used     0 B", "kept     until removed", "total    no limit", "object   no limit"],
  );
});
