import { assert, assertEquals } from "@std/assert";
import { holdsPoint } from "./pattern_syntax.ts";
import { pointsWithProperty } from "./unicode_property.ts";

Deno.test("the code points of a property are those that the engine matches", () => {
  for (const name of ["{L}", "{Script=Greek}", "{Cs}", "{Any}", "{ASCII}", "{Uppercase}"]) {
    const points = pointsWithProperty(name) ?? [];
    assert(points.every(([from], i) => from > (points[i - 1]?.[1] ?? -2) + 1), "sorted and apart");
    const engine = new RegExp(`^\\p${name}$`, "u");
    for (let point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 97) {
      const matches = engine.test(String.fromCodePoint(point));
      if (holdsPoint(points, point) !== matches) assertEquals(point, -1, name);
    }
  }
});

Deno.test("an unknown property has no code points", () => {
  assertEquals(pointsWithProperty("{Nothing}"), undefined);
  assertEquals(pointsWithProperty("{RGI_Emoji}"), undefined);
});
