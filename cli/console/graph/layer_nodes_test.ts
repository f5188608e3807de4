import { assert, assertEquals } from "@std/assert";
import { type Arrow, layerNodes } from "./layer_nodes.ts";

function arrows(...texts: readonly string[]): readonly Arrow[] {
  return texts.map((text) => {
    const [from = "", to = ""] = text.split(">");
    return { from, to };
  });
}

function shown(given: readonly Arrow[]): readonly string[] {
  return layerNodes(given).layers.map((layer) => layer.map(({ name = "|" }) => name).join(" "));
}

Deno.test("who uses stands before what it uses, and a long arrow has a place in each layer", () => {
  assertEquals(shown(arrows("a>b", "b>c", "a>c")), ["a", "b |", "c"]);
  assertEquals(shown([]), []);
});

Deno.test("a circle is drawn, with one arrow that leads back", () => {
  const given = arrows("a>b", "b>c", "c>a", "d>d");
  assertEquals(shown(given), ["a d", "b", "c"]);
  assertEquals([...layerNodes(given).ways.keys()], given.slice(0, 2));
});

Deno.test("what is joined stands together", () => {
  assertEquals(shown(arrows("a>z", "b>y", "c>x")), ["a b c", "z y x"]);
});

Deno.test("many deployments with a long chain are put in order in no time", () => {
  const chain = Array.from({ length: 2000 }, (_, at) => ({ from: `n${at}`, to: `n${at + 1}` }));
  const far = Array.from({ length: 400 }, (_, at) => ({ from: `n${at}`, to: `n${at + 900}` }));
  const { layers, ways } = layerNodes([...chain, ...far]);
  assertEquals(layers.length, 2001);
  assert([...ways.values()].every((way) => way.length === 0));
});
