import { assertEquals } from "@std/assert";
import { displayWidth } from "./display_width.ts";
import { styleFor } from "./style.ts";
import { type Column, table } from "./table.ts";

type Row = { id: string; what: string; count: number };

const columns: readonly Column<Row>[] = [
  { heading: "id", cell: (row) => row.id, whole: true },
  { heading: "what", cell: (row) => row.what },
  { heading: "count", cell: (row) => String(row.count), align: "right" },
];
const plain = styleFor(false);

Deno.test("columns are aligned by what a terminal shows", () => {
  const rows = [{ id: "a", what: "日本語", count: 7 }, { id: "bcd", what: "e\u0301", count: 1200 }];
  assertEquals(
    table(rows, columns, 80, plain),
    ["id   what    count", "a    日本語      7", "bcd  e\u0301        1200"].join("\n"),
  );
});

Deno.test("a table without rows is empty", () => {
  assertEquals(table([], columns, 80, plain), "");
});

Deno.test("the widest column that may be cut is cut first", () => {
  const rows = [{ id: "01JX4Q7Z8MA3", what: "a very long description of things", count: 3 }];
  assertEquals(
    table(rows, columns, 34, plain).split("\n")[1],
    "01JX4Q7Z8MA3  a very long …      3",
  );
});

Deno.test("no line is wider than the window, however narrow", () => {
  const rows = [{ id: "01JX4Q7Z8MA3", what: "日本語日本語日本語日本語", count: 123456 }];
  for (const width of [60, 30, 20, 10]) {
    for (const line of table(rows, columns, width, plain).split("\n")) {
      assertEquals(displayWidth(line) <= width, true, `${width}: ${line}`);
    }
  }
});

Deno.test("nothing is cut where the output is no terminal", () => {
  const what = "x".repeat(500);
  const text = table([{ id: "a", what, count: 1 }], columns, Infinity, plain);
  assertEquals(text.includes(what), true);
});

Deno.test("control characters in cells are escaped, and colour is put around cells", () => {
  const style = styleFor(true);
  const painted: readonly Column<Row>[] = [
    { heading: "id", cell: (row) => row.id, paint: () => style.red },
    { heading: "what", cell: (row) => row.what },
  ];
  assertEquals(
    table([{ id: "a\u001b[0m", what: "b", count: 0 }], painted, 80, style),
    `${style.dim("id        ")}  ${style.dim("what")}\n${style.red("a\\u001b[0m")}  b`,
  );
});
