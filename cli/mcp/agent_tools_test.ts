import { assertEquals, assertMatch } from "@std/assert";
import { Type } from "@sinclair/typebox";
import { defineAgentContract, defineServiceContract } from "../../client.ts";
import documents from "../../examples/documents/contracts/documents.ts";
import reports from "../../examples/reports/contracts/reports.ts";
import { agentTools, toolSchema } from "./agent_tools.ts";
import { allowedTools } from "./allowed_tools.ts";
import { failureAnswer, valueAnswer } from "./tool_answer.ts";
import { toolNames } from "./tool_names.ts";

Deno.test("names of tools are legal, each once, and do not depend on others that are different", () => {
  const long = `${"Long".repeat(20)}.Name`;
  const cases = [
    [[["Orders.Create", "rpc", "a"]], ["Orders_Create"]],
    [[["Ping", "rpc", "a"], ["Orders.Get", "rpc", "b"]], ["Ping", "Orders_Get"]],
    [[["Orders.Get", "rpc", "a"], ["Orders.Get", "rpc", "b-2"]], [
      "a_Orders_Get",
      "b-2_Orders_Get",
    ]],
    [[["Orders.Get", "rpc", "a"], ["Orders.Get", "operations", "a"], ["Ping", "rpc", "a"]], [
      "a_Orders_Get_rpc",
      "a_Orders_Get_operations",
      "Ping",
    ]],
  ] as const;
  for (const [surfaces, names] of cases) {
    const named = surfaces.map(([surface, kind, alias]) => ({ surface, kind, alias }));
    assertEquals(toolNames(named), [...names]);
  }
  const shortened = toolNames([
    { surface: long, kind: "rpc", alias: "a" },
    { surface: `${long}2`, kind: "rpc", alias: "a" },
  ]);
  assertEquals(new Set(shortened).size, 2);
  for (const name of shortened) assertMatch(name, /^[a-zA-Z0-9_-]{64}$/);
});

const agent = defineAgentContract({}, () => ({
  id: "agent@v1",
  displayName: "Agent",
  description: "Exports reports and keeps documents.",
  uses: {
    required: {
      reports: reports.use({
        rpc: { call: ["Total.Get"] },
        operations: { call: ["Report.Export"] },
      }),
    },
    optional: {
      documents: documents.use({
        rpc: { call: ["Documents.List"] },
        operations: { call: ["Documents.Upload"] },
      }),
    },
  },
}));

Deno.test("an agent's contract gives its tools, but for those that begin with a file", () => {
  const { tools, needFiles } = agentTools(agent);
  assertEquals(
    tools.map(({ name, kind, canCancel }) => [name, kind, canCancel]),
    [
      ["Total_Get", "rpc", false],
      ["Report_Export", "operations", true],
      ["Documents_List", "rpc", false],
    ],
  );
  assertEquals(needFiles, ["Documents.Upload"]);
  assertEquals(tools.map(({ input, output }) => [input.schema.type, output.schema.type]), [
    ["object", "object"],
    ["object", "object"],
    ["object", "object"],
  ]);
});

Deno.test("a tool may be called when it is accepted and its capabilities are held", () => {
  const guarded = defineServiceContract({ schemas: { Text: Type.String() } }, (ref) => ({
    id: "guarded@v1",
    displayName: "Guarded",
    description: "Asks for something.",
    capabilities: { use: { displayName: "Use", description: "Uses it." } },
    rpc: {
      "Guarded.Use": {
        version: "v1",
        input: ref.schema("Text"),
        output: ref.schema("Text"),
        capabilities: { call: ["use"] },
      },
    },
  }));
  const { tools } = agentTools(defineAgentContract({}, () => ({
    id: "user@v1",
    displayName: "User",
    description: "Uses it.",
    uses: { required: { guarded: guarded.use({ rpc: { call: ["Guarded.Use"] } }) } },
  })));
  const used = { "guarded@v1": ["rpc.v1.Guarded.Use"] };
  const cases = [
    [undefined, []],
    [{ used: undefined, capabilities: undefined }, []],
    [{ used, capabilities: undefined }, []],
    [{ used, capabilities: new Set(["guarded::use"]) }, []],
    [{ used, capabilities: new Set<string>() }, ["guarded::use"]],
    [{ used: {}, capabilities: undefined }, ["that guarded@v1 is accepted with it"]],
  ] as const;
  for (const [held, missing] of cases) {
    const { allowed, refused } = allowedTools(tools, held);
    assertEquals(refused.flatMap(({ missing }) => missing), [...missing]);
    assertEquals(allowed.length + refused.length, 1);
  }
});

Deno.test("what is no object stands in a member of one", () => {
  const text = { type: "string" } as const;
  const wrapped = toolSchema(text, "input");
  assertEquals(wrapped, {
    schema: { type: "object", properties: { input: text }, required: ["input"] },
    member: "input",
  });
  const object = toolSchema({ type: "object", properties: { a: { items: [text] } } }, "output");
  assertEquals(object, {
    schema: { type: "object", properties: { a: { prefixItems: [text] } } },
    member: undefined,
  });
  assertEquals(valueAnswer({ a: 1 }, object).structuredContent, { a: 1 });
  assertEquals(valueAnswer([1], toolSchema({}, "output")).structuredContent, { output: [1] });
});

Deno.test("a failure is a sentence for the model and JSON for programs", () => {
  const issues = [{ path: "/id", message: "is required" }];
  const answer = failureAnswer({
    code: "ValidationError",
    message: "it does not fit",
    trace: undefined,
    issues,
  });
  assertEquals(answer, {
    isError: true,
    content: [
      { type: "text", text: "ValidationError: it does not fit\n/id is required" },
      {
        type: "text",
        text: JSON.stringify({ code: "ValidationError", message: "it does not fit", issues }),
      },
    ],
  });
});
